import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { accessLogs } from "./access-logs";
import { aliasRecord, certificateArn, type Https, httpsDefaults } from "./https";
import type { LoadBalancerOptions, TargetOptions } from "./load-balancer-options";
import { stickyForward } from "./sticky-forward";
import type { Network } from "./network";
import type { TestHeader } from "./test-header";

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

/** How requests reach green before users do. */
export interface TestTraffic {
  readonly listener: aws.lb.Listener;
  readonly port: number;
  /** What tells them from users' requests, on a listener that both share. */
  readonly header?: TestHeader;
}

export interface BlueGreenLoadBalancerArgs extends TargetOptions {
  readonly network: Network;
  readonly productionPort: number;
  readonly testPort: number;
  /** Test traffic comes through the production listener, and is known by this header; then there is no test listener. */
  readonly testHeader?: TestHeader | undefined;
  /** Who may open the production port. */
  readonly productionCidrs: readonly string[];
  /** Who may open the test port, besides the test hook. */
  readonly testCidrs: readonly string[];
  readonly healthCheck: HealthCheck;
  readonly deregistrationDelaySeconds: number;
  readonly deletionProtection: boolean;
  /** Without it both listeners speak HTTP. */
  readonly https: Https | undefined;
  readonly loadBalancer: LoadBalancerOptions;
}

/**
 * An application load balancer with two listeners, production and test (or one, where a header tells test traffic), and
 * the two target groups, blue and green, between which a deployment moves their traffic.
 */
export class BlueGreenLoadBalancer extends pulumi.ComponentResource {
  readonly securityGroup: aws.ec2.SecurityGroup;
  readonly loadBalancer: aws.lb.LoadBalancer;
  /** The host that requests name. */
  readonly host: pulumi.Output<string>;
  /** Where the service is born, and the traffic of both listeners with it. */
  readonly blue: aws.lb.TargetGroup;
  readonly green: aws.lb.TargetGroup;
  readonly productionListener: aws.lb.Listener;
  /** Where requests meet green before users do. */
  readonly test: TestTraffic;

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
    const { https, loadBalancer: options, network, deletionProtection } = args;
    this.admit("production", args.productionPort, args.productionCidrs);
    if (!args.testHeader) this.admit("test", args.testPort, args.testCidrs);
    this.blue = this.targetGroup("blue");
    this.green = this.targetGroup("green");
    this.loadBalancer = new aws.lb.LoadBalancer(
      name,
      {
        loadBalancerType: "application",
        internal: options.internal ?? false,
        subnets: options.internal ? network.privateSubnetIds : network.publicSubnetIds,
        securityGroups: [this.securityGroup.id],
        idleTimeout: options.idleTimeoutSeconds ?? 60,
        enableHttp2: true,
        dropInvalidHeaderFields: true,
        enableDeletionProtection: deletionProtection,
        ...(options.accessLogs
          ? { accessLogs: accessLogs(name, options.accessLogs, this.blue, deletionProtection, { parent: this }) }
          : {}),
      },
      { parent: this, protect: deletionProtection },
    );
    const tls = https && {
      protocol: "HTTPS",
      certificateArn: certificateArn(name, https, { parent: this }),
      sslPolicy: https.sslPolicy ?? httpsDefaults.sslPolicy,
    };
    const transport = tls ?? { protocol: "HTTP" };
    this.productionListener = this.listener("production", args.productionPort, transport);
    this.test = args.testHeader
      ? { listener: this.productionListener, port: args.productionPort, header: args.testHeader }
      : { listener: this.listener("test", args.testPort, transport), port: args.testPort };
    this.host = pulumi.output(https?.domainName ?? this.loadBalancer.dnsName);
    if (https) {
      this.redirect(https.redirectPort ?? httpsDefaults.redirectPort);
      aliasRecord(name, https, this.loadBalancer, { parent: this });
    }
    if (options.webAclArn !== undefined) {
      new aws.wafv2.WebAclAssociation(
        name,
        { resourceArn: this.loadBalancer.arn, webAclArn: options.webAclArn },
        { parent: this },
      );
    }
    this.registerOutputs();
  }

  /** `http://<the load balancer's name>:<port>`, or `https://<the domain's name>`, with the port unless it is 443. */
  url(port: number): pulumi.Output<string> {
    if (!this.args.https) return pulumi.interpolate`http://${this.host}:${port}`;
    return pulumi.interpolate`https://${this.host}${port === 443 ? "" : `:${port}`}`;
  }

  /** Whether the target groups keep clients with their tasks. */
  get sticky(): boolean {
    return this.args.stickiness !== undefined;
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
    const { healthCheck, deregistrationDelaySeconds, slowStartSeconds, stickiness } = this.args;
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
        deregistrationDelay: deregistrationDelaySeconds,
        ...(slowStartSeconds ? { slowStart: slowStartSeconds } : {}),
        ...(stickiness ? { stickiness: { type: "lb_cookie", cookieDuration: stickiness.seconds } } : {}),
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

  private listener(
    name: "production" | "test",
    port: number,
    transport: Pick<aws.lb.ListenerArgs, "protocol" | "certificateArn" | "sslPolicy">,
  ): aws.lb.Listener {
    return new aws.lb.Listener(
      `${this.name}-${name}`,
      {
        loadBalancerArn: this.loadBalancer.arn,
        port,
        ...transport,
        // Both start on blue. Source: CodeDeploy user guide, deployment-steps-ecs.
        defaultActions: [
          this.sticky ? stickyForward(this.blue, this.green) : { type: "forward", targetGroupArn: this.blue.arn },
        ],
      },
      // Every deployment moves the listeners, and leaves a weighted forward to both groups behind; setting them back
      // would point production at an empty target group.
      { parent: this, ignoreChanges: ["defaultActions"] },
    );
  }

  /** Sends HTTP on to the same place over HTTPS; what users are not let through to is not opened here either. */
  private redirect(port: number): void {
    const { productionCidrs, productionPort } = this.args;
    this.admit("redirect", port, productionCidrs);
    new aws.lb.Listener(
      `${this.name}-redirect`,
      {
        loadBalancerArn: this.loadBalancer.arn,
        port,
        protocol: "HTTP",
        defaultActions: [
          {
            type: "redirect",
            redirect: { protocol: "HTTPS", port: String(productionPort), statusCode: "HTTP_301" },
          },
        ],
      },
      { parent: this },
    );
  }
}
