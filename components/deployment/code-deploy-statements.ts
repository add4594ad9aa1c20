import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { RouteRules } from "../load-balancer/route-rules";
import type { Statement } from "../policy";
import { siblingArn } from "../sibling-arn";
import { alarmStatements } from "./alarm-arn";
import type { ReleasedService } from "./deployment-controller";
import { returnedArn } from "../arn";

/**
 * What the pipeline may do of a release. Source: CodePipeline user guide, action-reference-ECSbluegreen.
 *
 * @param ownTemplate whether the app's repository has the task definition, which may then have tags
 */
export function pipelineStatements(
  { service, taskFamily, executionRole, taskRole }: ReleasedService,
  application: aws.codedeploy.Application,
  deploymentGroup: aws.codedeploy.DeploymentGroup,
  ownTemplate: boolean,
): Statement[] {
  const deploymentConfig = pulumi.interpolate`deploymentconfig:${deploymentGroup.deploymentConfigName}`;
  return [
    { actions: ["codedeploy:CreateDeployment", "codedeploy:GetDeployment"], resources: [deploymentGroup.arn] },
    {
      actions: [
        "codedeploy:GetApplication",
        "codedeploy:GetApplicationRevision",
        "codedeploy:RegisterApplicationRevision",
      ],
      resources: [application.arn],
    },
    {
      actions: ["codedeploy:GetDeploymentConfig"],
      resources: [siblingArn(deploymentGroup.arn, "codedeploy", deploymentConfig)],
    },
    {
      actions: ["ecs:RegisterTaskDefinition"],
      // A task definition's ARN without its revision number.
      resources: [siblingArn(service.arn, "ecs", `task-definition/${taskFamily}:*`)],
    },
    ...(ownTemplate ? [tagStatement(service.arn, taskFamily)] : []),
    {
      actions: ["iam:PassRole"],
      resources: [executionRole.arn, taskRole.arn],
      conditions: { StringEquals: { "iam:PassedToService": ["ecs.amazonaws.com", "ecs-tasks.amazonaws.com"] } },
    },
  ];
}

/**
 * What CodeDeploy itself may do: what AWSCodeDeployRoleForECS allows on everything, on this service's own resources. The managed
 * ...Limited policy would bind the hook's and the roles' names. Source: AWS managed policy reference, AWSCodeDeployRoleForECS.
 *
 * @param rules the service's own, on listeners that it shares
 */
export function roleStatements(
  { service, loadBalancer, executionRole, taskRole, alarms }: ReleasedService,
  rules: RouteRules | undefined,
): Statement[] {
  const taskSets = service.arn.apply((arn) => `${returnedArn(arn).replace(":service/", ":task-set/")}/*`);
  return [
    { actions: ["ecs:DescribeServices", "ecs:UpdateServicePrimaryTaskSet"], resources: [service.arn] },
    { actions: ["ecs:CreateTaskSet", "ecs:DeleteTaskSet"], resources: [taskSets] },
    {
      // Elastic Load Balancing has no resource level for Describe.
      actions: [
        "elasticloadbalancing:DescribeListeners",
        "elasticloadbalancing:DescribeRules",
        "elasticloadbalancing:DescribeTargetGroups",
      ],
      resources: ["*"],
    },
    // On a shared listener it may move this service's rules, and nothing that is another's.
    rules
      ? { actions: ["elasticloadbalancing:ModifyRule"], resources: [rules.production.arn, rules.test.arn] }
      : {
          actions: ["elasticloadbalancing:ModifyListener"],
          resources: [loadBalancer.productionListener.arn, loadBalancer.test.listener.arn],
        },
    {
      actions: ["iam:PassRole"],
      resources: [executionRole.arn, taskRole.arn],
      conditions: { StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } },
    },
    ...alarmStatements(service.arn, alarms),
  ];
}

/** As it registers a task definition with tags, AWS was seen to ask for the family alone (aws/aws-cdk#25768). */
export function tagStatement(serviceArn: pulumi.Input<string>, taskFamily: string): Statement {
  const family = siblingArn(serviceArn, "ecs", `task-definition/${taskFamily}`);
  return { actions: ["ecs:TagResource"], resources: [family, pulumi.interpolate`${family}:*`] };
}
