import type { Actor, Calls } from "../actor";
import { releaseArtifacts, type Stack } from "../stack";
import { artifact, logStream, readAlarms, role, rule } from "./things";

// With `controller: ECS`.

const infrastructurePolicy = "AWS managed policy reference, AmazonECSInfrastructureRolePolicyForLoadBalancers";
const release = "hooks/ecs-release";

/** ECS, where it moves traffic. */
export const infrastructure: Actor = {
  name: "ECS, for the load balancer",
  does: "registers the tasks with their target groups and moves production and test traffic",
  service: "ecs.amazonaws.com",
  role: "-infrastructure",
  calls: (stack) => [
    {
      actions: [
        "elasticloadbalancing:DescribeListeners",
        "elasticloadbalancing:DescribeRules",
        "elasticloadbalancing:DescribeTargetGroups",
        "elasticloadbalancing:DescribeTargetHealth",
      ],
      on: ["*"],
      why: "finds where traffic goes",
      source: infrastructurePolicy,
    },
    {
      actions: ["elasticloadbalancing:DeregisterTargets", "elasticloadbalancing:RegisterTargets"],
      on: [stack.arn("aws:lb/targetGroup:TargetGroup", "-blue"), stack.arn("aws:lb/targetGroup:TargetGroup", "-green")],
      why: "tasks come and go",
      source: infrastructurePolicy,
    },
    {
      actions: ["elasticloadbalancing:ModifyRule"],
      on: [rule(stack, "-production"), rule(stack, "-test")],
      why: "shifts traffic",
      source: infrastructurePolicy,
    },
    ...ownListeners(stack).map((listener) => ({
      actions: ["elasticloadbalancing:ModifyListener"],
      on: [listener],
      why: "shifts traffic of a default action",
      source: "ECS developer guide, troubleshooting of blue/green deployments",
    })),
  ],
};

/** Those of production and test traffic, where they are the service's alone. */
function ownListeners(stack: Stack): string[] {
  const all = stack.all("aws:lb/listener:Listener").filter(({ inputs }) => Array.isArray(inputs.defaultActions));
  return all.filter(({ name }) => /-(production|test)$/.test(name)).map(({ outputs }) => outputs.arn as string);
}

/** ECS, where it invokes the lifecycle hooks. */
export const hookInvoker: Actor = {
  name: "ECS, for the hooks",
  does: "invokes the test hook",
  service: "ecs.amazonaws.com",
  role: "-hook",
  calls: (stack) => [
    {
      actions: ["lambda:InvokeFunction"],
      on: [stack.arn("aws:lambda/function:Function", "-test")],
      why: "invokes the test hook",
      source: "ECS developer guide, blue-green-permissions",
    },
  ],
};

/** The function that deploys for the pipeline. */
export const releaseFunction: Actor = {
  name: "The release function",
  does: "starts ECS's deployment for the pipeline, follows it, and stops it with its run",
  service: "lambda.amazonaws.com",
  role: "-release",
  calls: (stack): Calls[] => {
    const service = stack.arn("aws:ecs/service:Service");
    const of = (kind: string) => `${service.replace(":service/", `:${kind}/`)}/0123456789`;
    return [
      {
        actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
        on: [logStream(stack, "-release")],
        why: "writes its log",
        source: "Lambda developer guide, monitoring-cloudwatchlogs",
      },
      {
        actions: ["codepipeline:PutJobFailureResult", "codepipeline:PutJobSuccessResult"],
        on: ["*"],
        why: "tells the pipeline how it goes",
        source: "CodePipeline user guide, actions-invoke-lambda-function",
      },
      {
        actions: ["codepipeline:GetPipelineExecution"],
        on: [stack.arn("aws:codepipeline/pipeline:Pipeline")],
        why: "asks whether its run was stopped",
        source: release,
      },
      {
        actions: ["s3:GetObject"],
        on: releaseArtifacts(stack).map((name) => artifact(stack, name)),
        why: "reads the release template and the image",
        source: release,
      },
      {
        actions: ["ecs:RegisterTaskDefinition"],
        on: [revision(stack)],
        why: "registers the revision with the new image",
        source: release,
      },
      {
        actions: ["ecs:TagResource"],
        on: [revision(stack)],
        context: { "ecs:CreateAction": "RegisterTaskDefinition" },
        why: "tags it, to find it again",
        source: release,
      },
      { actions: ["ecs:DescribeTaskDefinition"], on: ["*"], why: "looks whether it did so before", source: release },
      {
        actions: ["ecs:DescribeServices", "ecs:ListServiceDeployments", "ecs:UpdateService"],
        on: [service],
        why: "starts the deployment, or finds it",
        source: release,
      },
      {
        actions: ["ecs:DescribeServiceDeployments", "ecs:StopServiceDeployment"],
        on: [service, of("service-deployment")],
        why: "follows and stops the deployment; AWS asks for both resources",
        source: `${release}; service authorization reference, Amazon ECS`,
      },
      {
        actions: ["ecs:DescribeServiceRevisions"],
        on: [service, of("service-revision")],
        why: "tells which revision is live; AWS asks for both resources",
        source: `${release}; service authorization reference, Amazon ECS`,
      },
      {
        actions: ["iam:PassRole"],
        on: [role(stack, "-execution"), role(stack, "-task")],
        context: { "iam:PassedToService": "ecs-tasks.amazonaws.com" },
        why: "registers a task definition that names both roles",
        source: release,
      },
      {
        actions: ["iam:PassRole"],
        on: [role(stack, "-infrastructure"), role(stack, "-hook")],
        context: { "iam:PassedToService": "ecs.amazonaws.com" },
        why: "updates a service that names both roles",
        source: release,
      },
      {
        actions: ["cloudwatch:DescribeAlarms"],
        on: readAlarms(stack, stack.alarmNames),
        why: "starts nothing while an alarm fires",
        source: release,
      },
    ];
  },
  never: (stack) => [
    {
      actions: ["iam:PassRole"],
      on: ["-execution", "-task", "-infrastructure", "-hook"].map((suffix) => role(stack, suffix)),
      context: { "iam:PassedToService": "lambda.amazonaws.com" },
      why: "these roles are for ECS",
      source: "IAM user guide, id_roles_use_passrole",
    },
  ],
};

function revision(stack: Stack): string {
  return stack.arn("aws:ecs/taskDefinition:TaskDefinition").replace(/:\d+$/, ":42");
}
