import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { dropsInvalidHeaderFields } from "./dropped-headers";
import type { BlueGreenLoadBalancerArgs } from "./load-balancer-args";
import type { ListenerShare, LoadBalancerFront, TestTraffic } from "./load-balancer-front";
import { ownLoadBalancer } from "./own-load-balancer";
import { sharedLoadBalancer } from "./shared-load-balancer";
import { stickyForward, weightedForward } from "./sticky-forward";

/**
 * The service's place behind an application load balancer, its own or a shared one: a listener for production and one for
 * test traffic (or one for both, where a header tells test traffic), and the two target groups, blue and green, between which
 * a deployment moves their traffic.
 */
export class BlueGreenLoadBalancer extends pulumi.ComponentResource implements LoadBalancerFront {
  readonly securityGroupId: pulumi.Output<string>;
  readonly loadBalancer: aws.lb.LoadBalancer;
  /** The host that requests name. */
  readonly host: pulumi.Output<string>;
  readonly path: string;
  /** Where the service is born, and the traffic of both listeners with it. */
  readonly blue: aws.lb.TargetGroup;
  readonly green: aws.lb.TargetGroup;
  readonly productionListener: aws.lb.Listener;
  readonly certificateArn: pulumi.Output<string> | undefined;
  /** Where requests meet green before users do. */
  readonly test: TestTraffic;
  readonly share: ListenerShare | undefined;
  /** Whether it is known to drop header fields that are not valid, before they reach the app. */
  readonly dropsInvalidHeaderFields: boolean;

  constructor(
    private readonly name: string,
    private readonly args: BlueGreenLoadBalancerArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("greenlight:index:BlueGreenLoadBalancer", name, {}, opts);
    this.blue = this.targetGroup("blue");
    this.green = this.targetGroup("green");
    const front = args.sharedLoadBalancer
      ? sharedLoadBalancer(name, args.sharedLoadBalancer, args, { parent: this })
      : ownLoadBalancer(name, args, this, { parent: this });
    this.loadBalancer = front.loadBalancer;
    this.securityGroupId = front.securityGroupId;
    this.host = front.host;
    this.path = front.path;
    this.productionListener = front.productionListener;
    this.certificateArn = front.certificateArn;
    this.test = front.test;
    this.share = front.share;
    this.dropsInvalidHeaderFields = dropsInvalidHeaderFields(args.loadBalancer, args.sharedLoadBalancer);
    this.registerOutputs();
  }

  /** `http://<host>:<port>`, or `https://<host>`, with the port unless it is 443, and with the path unless it is `/`. */
  url(port: number): pulumi.Output<string> {
    const path = this.path === "/" ? "" : this.path;
    if (!this.args.https) return pulumi.interpolate`http://${this.host}:${port}${path}`;
    return pulumi.interpolate`https://${this.host}${port === 443 ? "" : `:${port}`}${path}`;
  }

  /** All traffic to blue, by an action that names both groups. */
  get forwardToBlue() {
    const forward = this.args.stickiness ? stickyForward : weightedForward;
    return forward(this.blue, this.green);
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
        // Said when it is off, too: the provider leaves alone what is not named.
        stickiness: {
          type: "lb_cookie",
          enabled: stickiness !== undefined,
          ...(stickiness ? { cookieDuration: stickiness.seconds } : {}),
        },
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
}
