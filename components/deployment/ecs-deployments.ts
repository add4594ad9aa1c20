import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type {
  DeploymentController,
  DeployStep,
  DeployStepArgs,
  ReleasedService,
  TestHookTerms,
} from "./deployment-controller";
import { EcsRelease } from "./ecs-release";
import type { EcsRoutes } from "./ecs-routes";
import type { EventPatterns } from "../notifications/notifications";
import { serviceRole } from "../policy";
import { serviceUpdateFile } from "../../hooks/ecs-release/template-files";
import { renderServiceUpdate } from "./service-update";
import type { TrafficShift } from "./traffic-shift";
import { returnedArn } from "../arn";

export interface EcsDeploymentsArgs extends TrafficShift, ReleasedService {
  readonly routes: EcsRoutes;
  /** Minutes that a deployment waits for a person to let traffic shift; undefined shifts as soon as the hooks pass. */
  readonly approvalWaitMinutes: number | undefined;
  /** Minutes that blue goes on running after the shift, for a quick way back. */
  readonly terminationWaitMinutes: number;
  readonly healthCheckGracePeriodSeconds: number;
  readonly deploymentCircuitBreaker: boolean;
}

/** How ECS itself deploys one service: what service.json says, who invokes the test hook, and the pipeline's step. */
export class EcsDeployments extends pulumi.ComponentResource implements DeploymentController {
  readonly type = "ECS";
  readonly instructionsFile = serviceUpdateFile;
  /** With it ECS invokes the lifecycle hooks. */
  readonly hookRole: aws.iam.Role;

  constructor(
    name: string,
    private readonly args: EcsDeploymentsArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("greenlight:index:EcsDeployments", name, {}, opts);
    this.hookRole = serviceRole(`${name}-hook`, { service: "ecs.amazonaws.com" }, [], { parent: this });
    this.registerOutputs();
  }

  get testHook(): TestHookTerms {
    const { service, routes } = this.args;
    return {
      invoker: this.hookRole,
      statements: [
        {
          // AWS asks for both resources. Source: service authorization reference, Amazon ECS.
          actions: ["ecs:DescribeServiceRevisions"],
          resources: [
            service.arn,
            service.arn.apply((arn) => `${returnedArn(arn).replace(":service/", ":service-revision/")}/*`),
          ],
        },
        // Elastic Load Balancing has no resource level for Describe.
        { actions: ["elasticloadbalancing:DescribeRules"], resources: ["*"] },
      ],
      environment: { TEST_LISTENER_RULE_ARN: routes.test.arn },
    };
  }

  /** Source: ECS developer guide, ecs_service_deployment_events and ecs_hook_state_change_events. */
  get deploymentEvents(): EventPatterns {
    const { arn } = this.args.service;
    const told = (...eventName: string[]) =>
      pulumi.jsonStringify({
        source: ["aws.ecs"],
        "detail-type": ["ECS Deployment State Change", "ECS Hook State Change"],
        // A deployment's event names the service, and a hook's the deployment.
        resources: [
          arn,
          { prefix: arn.apply((it) => `${returnedArn(it).replace(":service/", ":service-deployment/")}/`) },
        ],
        detail: { eventName },
      });
    return {
      rolledBack: told("SERVICE_DEPLOYMENT_FAILED", "HOOK_FAILED", "HOOK_TIMED_OUT"),
      approval: told("HOOK_AWAITING_ACTION"),
    };
  }

  /** service.json. */
  instructions(hook: aws.lambda.Function | undefined): pulumi.Output<string> {
    const { args } = this;
    const { network, loadBalancer, routes, alarms } = args;
    return pulumi
      .output({
        cluster: args.cluster.name,
        service: args.service.name,
        subnetIds: network.privateSubnetIds,
        securityGroupIds: [args.securityGroup.id],
        targetGroupArn: loadBalancer.blue.arn,
        advancedConfiguration: routes.advancedConfiguration,
        hook: hook && { functionArn: hook.arn, roleArn: this.hookRole.arn },
        alarmNames: alarms.map((alarm) => alarm.name),
      })
      .apply((known) => renderServiceUpdate({ ...args, ...known, bakeTimeMinutes: args.terminationWaitMinutes }));
  }

  deployStep(name: string, step: DeployStepArgs, opts: pulumi.CustomResourceOptions): DeployStep {
    const ecsRoleArns = [this.args.routes.infrastructureRole.arn, this.hookRole.arn];
    return new EcsRelease(name, { ...this.args, ...step, ecsRoleArns }, opts);
  }
}
