import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { alarmArn } from "./alarm-arn";
import type { BlueGreenLoadBalancer } from "./load-balancer";
import { grantPublishing, type Notifications } from "./notifications";
import { serviceRole } from "./policy";
import { shiftConfiguration, type TrafficShift } from "./traffic-shift";

export interface CodeDeployArgs extends TrafficShift {
  readonly cluster: aws.ecs.Cluster;
  readonly service: aws.ecs.Service;
  readonly loadBalancer: BlueGreenLoadBalancer;
  /** Roles of the tasks that a deployment starts. */
  readonly taskRoleArns: readonly pulumi.Input<string>[];
  readonly deploymentConfigName: string;
  /** Minutes that a deployment waits for a person to let traffic shift; undefined shifts as soon as the hooks pass. */
  readonly approvalWaitMinutes: number | undefined;
  /** Minutes that blue goes on running after the shift, for a quick way back. */
  readonly terminationWaitMinutes: number;
  /** CloudWatch alarms that stop a deployment and roll it back; at most 10. */
  readonly alarmNames: readonly pulumi.Input<string>[];
  /** Are told when a deployment is rolled back or stopped, or waits for a person. */
  readonly notifications?: Notifications | undefined;
}

/** The CodeDeploy application and deployment group that release one ECS service blue/green. */
export class CodeDeploy extends pulumi.ComponentResource {
  readonly application: aws.codedeploy.Application;
  readonly deploymentGroup: aws.codedeploy.DeploymentGroup;
  /** CodeDeploy's own role; a test hook adds its permission to be invoked. */
  readonly role: aws.iam.Role;

  constructor(name: string, args: CodeDeployArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greenlight:index:CodeDeploy", name, {}, opts);
    const { loadBalancer } = args;
    this.role = serviceRole(`${name}-deploy`, "codedeploy.amazonaws.com", statements(args), { parent: this });
    if (args.notifications) grantPublishing(name, this.role, args.notifications, { parent: this });
    const shift = shiftConfiguration(name, args, { parent: this });
    this.application = new aws.codedeploy.Application(name, { computePlatform: "ECS" }, { parent: this });
    this.deploymentGroup = new aws.codedeploy.DeploymentGroup(
      name,
      {
        appName: this.application.name,
        deploymentGroupName: name,
        serviceRoleArn: this.role.arn,
        deploymentConfigName: shift?.deploymentConfigName ?? args.deploymentConfigName,
        deploymentStyle: { deploymentOption: "WITH_TRAFFIC_CONTROL", deploymentType: "BLUE_GREEN" },
        ecsService: { clusterName: args.cluster.name, serviceName: args.service.name },
        loadBalancerInfo: {
          targetGroupPairInfo: {
            prodTrafficRoute: { listenerArns: [loadBalancer.productionListener.arn] },
            testTrafficRoute: { listenerArns: [loadBalancer.testListener.arn] },
            targetGroups: [{ name: loadBalancer.blue.name }, { name: loadBalancer.green.name }],
          },
        },
        blueGreenDeploymentConfig: {
          deploymentReadyOption:
            args.approvalWaitMinutes === undefined
              ? { actionOnTimeout: "CONTINUE_DEPLOYMENT" }
              : { actionOnTimeout: "STOP_DEPLOYMENT", waitTimeInMinutes: args.approvalWaitMinutes },
          terminateBlueInstancesOnDeploymentSuccess: {
            action: "TERMINATE",
            terminationWaitTimeInMinutes: args.terminationWaitMinutes,
          },
        },
        autoRollbackConfiguration: {
          enabled: true,
          events: ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"],
        },
        ...(args.notifications ? { triggerConfigurations: args.notifications.triggers } : {}),
        ...(args.alarmNames.length > 0
          ? { alarmConfiguration: { enabled: true, alarms: [...args.alarmNames], ignorePollAlarmFailure: false } }
          : {}),
      },
      { parent: this },
    );
    this.registerOutputs();
  }
}

// What AWSCodeDeployRoleForECS allows on everything, on this service's own resources. The managed ...Limited policy
// would bind the hook's and the roles' names. Source: AWS managed policy reference, AWSCodeDeployRoleForECS.
function statements({ service, loadBalancer, taskRoleArns, alarmNames }: CodeDeployArgs) {
  const taskSets = service.arn.apply((arn) => `${arn.replace(":service/", ":task-set/")}/*`);
  const alarmArns = alarmNames.map((alarm) => alarmArn(service.arn, alarm));
  const listenerArns = [loadBalancer.productionListener.arn, loadBalancer.testListener.arn];
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
    { actions: ["elasticloadbalancing:ModifyListener"], resources: listenerArns },
    {
      actions: ["iam:PassRole"],
      resources: taskRoleArns,
      conditions: { StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } },
    },
    ...(alarmNames.length > 0 ? [{ actions: ["cloudwatch:DescribeAlarms"], resources: alarmArns }] : []),
  ];
}
