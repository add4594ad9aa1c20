import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { ServiceBirth } from "./deployment-controller";
import type { BlueGreenLoadBalancer } from "../load-balancer/load-balancer";
import { grant, serviceRole } from "../policy";
import { routeRules } from "../load-balancer/route-rules";

/**
 * The listener rules by which ECS itself moves production and test traffic between blue and green, and the role with which
 * it does. Source: ECS developer guide, alb-resources-for-blue-green and AmazonECSInfrastructureRolePolicyForLoadBalancers.
 */
export class EcsRoutes extends pulumi.ComponentResource {
  readonly production: aws.lb.ListenerRule;
  readonly test: aws.lb.ListenerRule;
  readonly infrastructureRole: aws.iam.Role;
  /** Without it ECS cannot register a task with its target group. */
  private readonly granted: aws.iam.RolePolicy;

  constructor(
    private readonly name: string,
    private readonly loadBalancer: BlueGreenLoadBalancer,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("greenlight:index:EcsRoutes", name, {}, opts);
    // Both groups, so that ECS has only weights to change. Source: ECS developer guide, migrate-codedeploy-to-ecs-bluegreen.
    const rules = routeRules(name, loadBalancer, loadBalancer.forwardToBlue, { parent: this });
    this.production = rules.production;
    this.test = rules.test;
    this.infrastructureRole = serviceRole(`${name}-infrastructure`, { service: "ecs.amazonaws.com" }, [], {
      parent: this,
    });
    this.granted = this.grantTraffic();
    this.registerOutputs();
  }

  /** A service that ECS deploys, in the way of its last release. Source: ECS API reference, UpdateService. */
  get birth(): ServiceBirth {
    return {
      deploymentController: { type: "ECS" },
      // Nothing is tested or watched at birth: there is no other revision to go back to. Each release brings its own
      // configuration in service.json.
      deploymentConfiguration: { strategy: "BLUE_GREEN", bakeTimeInMinutes: "0" },
      advancedConfiguration: this.advancedConfiguration,
      dependsOn: [this.granted],
      // A change of most of these by Pulumi would be a deployment that the pipeline does not know; all are in service.json.
      ignoreChanges: [
        "taskDefinition", // the release's revision
        "loadBalancers", // the groups swap their roles with every release
        "networkConfiguration",
        "platformVersion",
        "capacityProviderStrategies",
        "launchType", // gone once a release has set a strategy, and a change of it would replace the service
        "healthCheckGracePeriodSeconds",
        "deploymentMaximumPercent",
        "deploymentMinimumHealthyPercent",
        "deploymentConfiguration", // strategy, bake time and hooks of the last release
        "deploymentCircuitBreaker",
        "alarms",
      ],
    };
  }

  get advancedConfiguration() {
    return {
      alternateTargetGroupArn: this.loadBalancer.green.arn,
      productionListenerRule: this.production.arn,
      testListenerRule: this.test.arn,
      roleArn: this.infrastructureRole.arn,
    };
  }

  // What the managed policy allows on every load balancer, on this one. Source: AWS managed policy reference,
  // AmazonECSInfrastructureRolePolicyForLoadBalancers.
  private grantTraffic(): aws.iam.RolePolicy {
    const { blue, green, share, productionListener, test } = this.loadBalancer;
    return grant(
      `${this.name}-infrastructure`,
      this.infrastructureRole,
      [
        {
          // Elastic Load Balancing has no resource level for Describe.
          actions: [
            "elasticloadbalancing:DescribeListeners",
            "elasticloadbalancing:DescribeRules",
            "elasticloadbalancing:DescribeTargetGroups",
            "elasticloadbalancing:DescribeTargetHealth",
          ],
          resources: ["*"],
        },
        {
          actions: ["elasticloadbalancing:RegisterTargets", "elasticloadbalancing:DeregisterTargets"],
          resources: [blue.arn, green.arn],
        },
        { actions: ["elasticloadbalancing:ModifyRule"], resources: [this.production.arn, this.test.arn] },
        // AWS's own page shows ECS denied without it, probably where it moves a listener's default action. Listeners that are shared are
        // not this service's to change. Source: ECS developer guide, troubleshooting of blue/green deployments.
        ...(share
          ? []
          : [
              {
                actions: ["elasticloadbalancing:ModifyListener"],
                resources: test.header ? [productionListener.arn] : [productionListener.arn, test.listener.arn],
              },
            ]),
      ],
      { parent: this },
    );
  }
}
