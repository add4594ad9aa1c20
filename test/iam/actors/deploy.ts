import type { Actor } from "../actor";
import type { Stack } from "../stack";
import { keysOf, readAlarms, role, rule, shares, viaService } from "./things";

const policy = "AWS managed policy reference, AWSCodeDeployRoleForECS";

/** The deployment: starts green, shifts traffic, stops blue. */
export const deploy: Actor = {
  name: "CodeDeploy",
  does: "starts green's tasks, invokes the test hook, shifts the listeners, watches the alarms, stops blue",
  service: "codedeploy.amazonaws.com",
  role: "-deploy",
  calls: (stack) => {
    const service = stack.arn("aws:ecs/service:Service");
    return [
      {
        actions: ["ecs:DescribeServices", "ecs:UpdateServicePrimaryTaskSet"],
        on: [service],
        why: "makes green the service's primary task set",
        source: policy,
      },
      {
        actions: ["ecs:CreateTaskSet", "ecs:DeleteTaskSet"],
        on: [`${service.replace(":service/", ":task-set/")}/ecs-svc/0123456789`],
        why: "starts green, stops blue",
        source: policy,
      },
      {
        actions: ["iam:PassRole"],
        on: [role(stack, "-execution"), role(stack, "-task")],
        context: { "iam:PassedToService": "ecs-tasks.amazonaws.com" },
        why: "starts tasks that have both roles",
        source: "ECS developer guide, codedeploy_IAM_role",
      },
      {
        actions: [
          "elasticloadbalancing:DescribeListeners",
          "elasticloadbalancing:DescribeRules",
          "elasticloadbalancing:DescribeTargetGroups",
        ],
        on: ["*"],
        why: "finds where traffic goes",
        source: policy,
      },
      {
        actions: ["elasticloadbalancing:ModifyListener"],
        on: shares(stack) ? [] : listeners(stack),
        why: "shifts test traffic, then production",
        source: policy,
      },
      {
        actions: ["elasticloadbalancing:ModifyRule"],
        on: shares(stack) ? [rule(stack, "-production"), rule(stack, "-test")] : [],
        why: "shifts the service's traffic on listeners that it shares",
        source: policy,
      },
      {
        actions: ["lambda:InvokeFunction"],
        on: [stack.arn("aws:lambda/function:Function", "-test")],
        why: "invokes the test hook",
        source: policy,
      },
      {
        actions: ["cloudwatch:DescribeAlarms"],
        on: alarmsOf(stack),
        why: "rolls back when an alarm fires",
        source: policy,
      },
      ...triggers(stack),
    ];
  },
  never: (stack) => [
    {
      actions: ["iam:PassRole"],
      on: [role(stack, "-execution"), role(stack, "-task")],
      context: { "iam:PassedToService": "ec2.amazonaws.com" },
      why: "the tasks' roles are for ECS",
      source: "IAM user guide, id_roles_use_passrole",
    },
    {
      actions: ["elasticloadbalancing:ModifyListener"],
      on: shares(stack) ? listeners(stack) : [],
      why: "a shared listener is its owner's",
      source: policy,
    },
    ...triggers(stack, {}).filter(({ actions }) => actions.includes("kms:Decrypt")),
  ],
};

function group(stack: Stack) {
  return stack.all("aws:codedeploy/deploymentGroup:DeploymentGroup")[0]!.inputs as {
    loadBalancerInfo: {
      targetGroupPairInfo: Record<"prodTrafficRoute" | "testTrafficRoute", { listenerArns: string[] }>;
    };
    alarmConfiguration?: { alarms: string[] };
    triggerConfigurations?: { triggerTargetArn: string }[];
  };
}

function listeners(stack: Stack): string[] {
  const { prodTrafficRoute, testTrafficRoute } = group(stack).loadBalancerInfo.targetGroupPairInfo;
  return [...prodTrafficRoute.listenerArns, ...testTrafficRoute.listenerArns];
}

function alarmsOf(stack: Stack): string[] {
  return readAlarms(stack, group(stack).alarmConfiguration?.alarms ?? []);
}

function triggers(stack: Stack, context: Readonly<Record<string, string>> = viaService("sns")) {
  const topics = (group(stack).triggerConfigurations ?? []).map(({ triggerTargetArn }) => triggerTargetArn);
  const source = "CodeDeploy user guide, monitoring-sns-event-notifications-permissions";
  return [
    { actions: ["sns:Publish"], on: topics, why: "tells that a deployment was rolled back, stopped, or waits", source },
    {
      actions: ["kms:Decrypt", "kms:GenerateDataKey"],
      on: topics.flatMap((topic) => keysOf(stack, topic, "notifications")),
      context,
      why: "publishes to an encrypted topic",
      source: "SNS developer guide, sns-key-management",
    },
  ];
}
