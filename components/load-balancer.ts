import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Network } from "./network";

export interface HealthCheck {
  /** @default "/" */
  readonly path?: string;
  /** Seconds between two checks of a target. @default 30 */
  readonly intervalSeconds?: number;
  /** Seconds after which a check without an answer has failed. @default 10 */
  readonly timeoutSeconds?: number;
  /** Checks in a row that make an unhealthy target healthy. @default 2 */
  readonly healthyThreshold?: number;
  /** Failed checks in a row that make a target unhealthy. @default 2 */
  readonly unhealthyThreshold?: number;
  /** Statuses of a healthy answer. @default "200-299" */
  readonly matcher?: string;
}

export interface BlueGreenLoadBalancerArgs {
  readonly network: Network;
  readonly productionPort: number;
  readonly testPort: number;
  /** Who may open the production port. */
  readonly productionCidrs: readonly string[];
  /** Who may open the test port, besides the test hook. */
  readonly testCidrs: readonly string[];
  readonly healthCheck: HealthCheck;
  readonly deregistrationDelaySeconds: number;
  readonly deletionProtection: boolean;
}

/**
 * An application load balancer with two listeners, production and test, and the two target groups, blue and green,
 * between which a deployment moves them.
 */
export class BlueGreenLoadBalancer extends pulumi.ComponentResource {
  readonly securityGroup: aws.ec2.SecurityGroup;
  readonly loadBalancer: aws.lb.LoadBalancer;
  /** Where the service is born, and the traffic of both listeners with it. */
  readonly blue: aws.lb.TargetGroup;
  readonly green: aws.lb.TargetGroup;
  readonly productionListener: aws.lb.Listener;
  readonly testListener: aws.lb.Listener;

  constructor(
    private readonly name: string,
    private readonly args: BlueGreenLoadBalancerArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("greenlight:index:BlueGreenLoadBalancer", name, {}, opts);
    this.securityGroup = new aws.ec2.SecurityGroup(
      `${name}-alb`,
      { vpcId: args.network.vpcId, description: `${name}: load balancer` },
      { parent: this },
    );
    this.admit("production", args.productionPort, args.productionCidrs);
    this.admit("test", args.testPort, args.testCidrs);
    this.loadBalancer = new aws.lb.LoadBalancer(
      name,
      {
        loadBalancerType: "application",
        internal: false,
        subnets: args.network.publicSubnetIds,
        securityGroups: [this.securityGroup.id],
        idleTimeout: 60,
        dropInvalidHeaderFields: true,
        enableDeletionProtection: args.deletionProtection,
      },
      { parent: this, protect: args.deletionProtection },
    );
    this.blue = this.targetGroup("blue");
    this.green = this.targetGroup("green");
    this.productionListener = this.listener("production", args.productionPort);
    this.testListener = this.listener("test", args.testPort);
    this.registerOutputs();
  }

  /** `http://<the load balancer's name>:<port>` */
  url(port: number): pulumi.Output<string> {
    return pulumi.interpolate`http://${this.loadBalancer.dnsName}:${port}`;
  }

  private admit(listener: string, port: number, cidrs: readonly string[]): void {
    for (const cidr of new Set(cidrs)) {
      new aws.vpc.SecurityGroupIngressRule(
        `${this.name}-${listener}-${cidr.toLowerCase().replaceAll(":", "-")}`,
        {
          securityGroupId: this.securityGroup.id,
          description: `${listener} listener`,
          ipProtocol: "tcp",
          fromPort: port,
          toPort: port,
          ...(cidr.includes(":") ? { cidrIpv6: cidr } : { cidrIpv4: cidr }),
        },
        { parent: this },
      );
    }
  }

  private targetGroup(color: "blue" | "green"): aws.lb.TargetGroup {
    const { healthCheck } = this.args;
    return new aws.lb.TargetGroup(
      `${this.name}-${color}`,
      {
        vpcId: this.args.network.vpcId,
        // ECS registers each task with its container's port, so this default is never used; and a change of it would
        // replace a group that is in use.
        port: 80,
        protocol: "HTTP",
        // Fargate tasks have network interfaces of their own.
        targetType: "ip",
        deregistrationDelay: this.args.deregistrationDelaySeconds,
        healthCheck: {
          path: healthCheck.path ?? "/",
          interval: healthCheck.intervalSeconds ?? 30,
          timeout: healthCheck.timeoutSeconds ?? 10,
          healthyThreshold: healthCheck.healthyThreshold ?? 2,
          unhealthyThreshold: healthCheck.unhealthyThreshold ?? 2,
          matcher: healthCheck.matcher ?? "200-299",
        },
      },
      { parent: this },
    );
  }

  private listener(name: "production" | "test", port: number): aws.lb.Listener {
    return new aws.lb.Listener(
      `${this.name}-${name}`,
      {
        loadBalancerArn: this.loadBalancer.arn,
        port,
        protocol: "HTTP",
        // Both start on blue. Source: CodeDeploy user guide, deployment-steps-ecs.
        defaultActions: [{ type: "forward", targetGroupArn: this.blue.arn }],
      },
      // Every deployment moves the listeners, and leaves a weighted forward to both groups behind; setting them back
      // would point production at an empty target group.
      { parent: this, ignoreChanges: ["defaultActions"] },
    );
  }
}
