import type { Clock } from "../clock";
import { routesOf, TrafficRoutes, targetGroupNames } from "../codedeploy/traffic";
import type { Timeline } from "../events";
import type { Account, DeploymentGroup, ListenerResource, TargetGroupResource } from "../graph/account";
import type { Action } from "../load-balancer/actions";
import { LoadBalancer } from "../load-balancer/load-balancer";
import { TargetGroup } from "../load-balancer/target-group";

export interface TrafficSide {
  readonly loadBalancer: LoadBalancer;
  readonly targetGroups: readonly [TargetGroup, TargetGroup];
  readonly routes: TrafficRoutes;
  readonly productionUrl: string;
  readonly testUrl: string;
}

export interface TrafficSideOptions {
  readonly account: Account;
  readonly group: DeploymentGroup;
  /** Added to each listener's port. */
  readonly portOffset: number;
  readonly clock: Clock;
  readonly timeline: Timeline;
}

/** Makes the deployment group's load balancer and starts its listeners. @throws Error when a port is taken, with nothing left open */
export async function startTrafficSide(options: TrafficSideOptions): Promise<TrafficSide> {
  const { account, group, clock, timeline } = options;
  const { prodTrafficRoute, testTrafficRoute } = group.loadBalancerInfo.targetGroupPairInfo;
  const production = account.listener(prodTrafficRoute.listenerArns[0] ?? "");
  const test = account.listener(testTrafficRoute.listenerArns[0] ?? "");
  const [first, second] = targetGroupNames(account, group).map((name) =>
    targetGroup(account.targetGroup(name), options),
  );
  const resource = account.loadBalancer(production.loadBalancerArn);
  const loadBalancer = new LoadBalancer(
    {
      arn: resource.arn,
      name: resource.name,
      dnsName: resource.dnsName,
      ...(resource.idleTimeout === undefined ? {} : { idleTimeoutSeconds: resource.idleTimeout }),
      targetGroups: [first!, second!],
    },
    clock,
    timeline,
  );
  try {
    const productionPort = await listen(loadBalancer, production, options.portOffset);
    const testPort = await listen(loadBalancer, test, options.portOffset);
    const targetGroups = [first!, second!] as const;
    const routes = new TrafficRoutes(routesOf(group), loadBalancer, targetGroups);
    return { loadBalancer, targetGroups, routes, productionUrl: localUrl(productionPort), testUrl: localUrl(testPort) };
  } catch (error) {
    await loadBalancer.close();
    throw error;
  }
}

async function listen(loadBalancer: LoadBalancer, listener: ListenerResource, portOffset: number): Promise<number> {
  const { arn, port, protocol, defaultActions } = listener;
  if (protocol !== "HTTP") throw new Error(`the rehearsal has no ${protocol} listener; port ${port} would need one`);
  const localPort = port + portOffset;
  if (localPort > 65535) throw new Error(`--port-offset ${portOffset} takes port ${port} beyond 65535`);
  const description = await loadBalancer.listen({
    arn,
    port,
    localPort,
    protocol,
    defaultActions: defaultActions as readonly Action[],
  });
  return description.localPort;
}

function targetGroup(resource: TargetGroupResource, { clock, timeline }: TrafficSideOptions): TargetGroup {
  const { arn, name, deregistrationDelay, healthCheck } = resource;
  return new TargetGroup(
    {
      arn,
      name,
      deregistrationDelaySeconds: deregistrationDelay,
      healthCheck: {
        path: healthCheck.path,
        intervalSeconds: healthCheck.interval,
        timeoutSeconds: healthCheck.timeout,
        healthyThreshold: healthCheck.healthyThreshold,
        unhealthyThreshold: healthCheck.unhealthyThreshold,
        matcher: healthCheck.matcher,
      },
    },
    clock,
    timeline,
  );
}

function localUrl(port: number): string {
  return `http://127.0.0.1:${port}`;
}
