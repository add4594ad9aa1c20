import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { TestHeader } from "./test-header";

/** How requests reach green before users do. */
export interface TestTraffic {
  readonly listener: aws.lb.Listener;
  readonly port: number;
  /** What tells them from users' requests, on a listener that both share. */
  readonly header?: TestHeader;
}

/** Which of a shared listener's requests are the service's. */
export interface ListenerShare {
  /** Patterns of which one must fit; none where every path is. */
  readonly paths: readonly string[];
  readonly conditions: readonly aws.types.input.lb.ListenerRuleCondition[];
  readonly priority: number;
}

/** Where a service's requests come in: a load balancer of its own, or one that it shares with others. */
export interface LoadBalancerFront {
  readonly loadBalancer: aws.lb.LoadBalancer;
  readonly securityGroupId: pulumi.Output<string>;
  /** The host that requests name. */
  readonly host: pulumi.Output<string>;
  /** What the paths of its requests begin with: `/`, or `/shop/` where only such paths are the service's. */
  readonly path: string;
  readonly productionListener: aws.lb.Listener;
  /** The certificate's ARN; undefined without HTTPS, and where the listeners have one for the name already. */
  readonly certificateArn: pulumi.Output<string> | undefined;
  readonly test: TestTraffic;
  /** Undefined where all requests are the service's. */
  readonly share: ListenerShare | undefined;
}
