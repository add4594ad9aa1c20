import { TrafficRoutes } from "../blue-green/traffic-routes";
import type { Clock } from "../clock";
import type { Timeline } from "../events";
import type { Account } from "../graph/account";
import type { ListenerResource, TargetGroupResource } from "../graph/resources";
import type { ReleaseTarget } from "../graph/release-target";
import { type ClientConnection, localClient } from "../load-balancer/clients";
import { LoadBalancer } from "../load-balancer/load-balancer";
import { TargetGroup } from "../load-balancer/target-group";
import type { Workspace } from "../workspace";
import { localPorts } from "./local-ports";
import { type Certificates, listenerCertificates } from "./listener-certificates";

export interface TrafficSide {
  readonly loadBalancer: LoadBalancer;
  readonly targetGroups: readonly [TargetGroup, TargetGroup];
  readonly routes: TrafficRoutes;
  readonly productionUrl: string;
  readonly testUrl: string;
  /** What health checks of the tasks ask for. */
  readonly healthPath: string;
  /** What test traffic sends besides. @default nothing */
  readonly testHeaders: Readonly<Record<string, string>>;
  /** How clients reach both URLs. */
  readonly client: ClientConnection;
  /** A file with the authority that clients trust; none without HTTPS. */
  readonly caFile: string | undefined;
}

export interface TrafficSideOptions {
  readonly account: Account;
  readonly target: ReleaseTarget;
  /** What users call. */
  readonly productionUrl: URL;
  /** Added to each listener's port. */
  readonly portOffset: number;
  readonly workspace: Workspace;
  readonly clock: Clock;
  readonly timeline: Timeline;
}

/** Makes the service's load balancer and starts its listeners. @throws Error when a port is taken, with nothing left open */
export async function startTrafficSide(options: TrafficSideOptions): Promise<TrafficSide> {
  const { account, target, portOffset, clock, timeline } = options;
  const { productionListener: production, testListener: test } = target;
  const resource = account.loadBalancer(production.loadBalancerArn);
  const listeners = account.listeners(resource.arn);
  const ports = localPorts(
    listeners.map(({ port }) => port),
    portOffset,
  );
  const certificates = await listenerCertificates(listeners, { ...options, host: options.productionUrl.hostname });
  const all = account.targetGroups.map((one) => targetGroup(one, options));
  const loadBalancer = new LoadBalancer(
    {
      arn: resource.arn,
      name: resource.name,
      dnsName: resource.dnsName,
      ...(resource.idleTimeout === undefined ? {} : { idleTimeoutSeconds: resource.idleTimeout }),
      dropInvalidHeaderFields: resource.dropInvalidHeaderFields ?? false,
      targetGroups: all,
    },
    clock,
    timeline,
  );
  try {
    for (const listener of listeners) {
      const localPort = ports.get(listener.port)!;
      await loadBalancer.listen({ ...listener, ...transport(listener, certificates), localPort });
    }
  } catch (error) {
    await loadBalancer.close();
    throw error;
  }
  const [first, second] = target.targetGroups.map((arn) => all.find((one) => one.arn === arn)!);
  const targetGroups = [first!, second!] as const;
  const { hostname, pathname } = options.productionUrl;
  const path = pathname === "/" ? "" : pathname;
  const url = ({ protocol, port }: ListenerResource) => {
    // A load balancer's own name is nobody's here.
    const host = hostname === resource.dnsName ? "127.0.0.1" : hostname;
    return `${protocol.toLowerCase()}://${host}:${ports.get(port)}${path}`;
  };
  return {
    loadBalancer,
    targetGroups,
    routes: new TrafficRoutes(target.routes, loadBalancer, targetGroups),
    productionUrl: url(production),
    testUrl: url(test),
    healthPath: account.targetGroups.find(({ arn }) => arn === first!.arn)?.healthCheck.path ?? "/",
    testHeaders: target.testHeaders ?? {},
    client: localClient(certificates.ca),
    caFile: certificates.caFile,
  };
}

function transport({ arn, protocol, sslPolicy }: ListenerResource, { of }: Certificates) {
  const certificate = of.get(arn);
  return certificate ? { protocol: "HTTPS" as const, certificate, sslPolicy } : { protocol: protocol as "HTTP" };
}

function targetGroup(resource: TargetGroupResource, { clock, timeline }: TrafficSideOptions): TargetGroup {
  const { arn, name, deregistrationDelay, slowStart, stickiness, healthCheck } = resource;
  return new TargetGroup(
    {
      arn,
      name,
      deregistrationDelaySeconds: deregistrationDelay,
      slowStartSeconds: slowStart,
      stickinessSeconds: stickiness?.enabled === false ? undefined : stickiness?.cookieDuration,
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
