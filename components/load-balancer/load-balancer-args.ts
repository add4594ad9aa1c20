import type * as pulumi from "@pulumi/pulumi";
import type { Https } from "./https";
import type { LoadBalancerOptions, TargetOptions } from "./load-balancer-options";
import type { Network } from "../network";
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

/**
 * A load balancer that is there already, and the requests on its listeners that are this service's. Their default actions, their
 * other rules and whatever else the load balancer has stay as they are.
 */
export interface SharedLoadBalancer {
  /** The listener for users' requests; its port is `productionPort`. */
  readonly productionListenerArn: pulumi.Input<string>;
  /** The listener of the same load balancer for test traffic; its port is `testPort`. @default none, where `testHeader` tells */
  readonly testListenerArn?: pulumi.Input<string>;
  /** Hosts whose requests are the service's; `*` and `?` stand for any characters and for one. @default every host */
  readonly hosts?: readonly string[];
  /** Paths whose requests are, like `/shop/*`; the app is asked for the whole path. @default every path */
  readonly paths?: readonly string[];
  /**
   * When the listeners ask this service's rules, 1 to 50000, lower ones first; no other rule may have it. With `testHeader`
   * the one before is taken too, so that it is 2 at least.
   */
  readonly priority: number;
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
  /** Of a load balancer that is made here. */
  readonly loadBalancer: LoadBalancerOptions;
  /** Instead of it, one that is there already. */
  readonly sharedLoadBalancer?: SharedLoadBalancer | undefined;
}
