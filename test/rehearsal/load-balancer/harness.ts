import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Clock } from "../../../rehearsal/clock";
import { Timeline } from "../../../rehearsal/events";
import type { ForwardAction } from "../../../rehearsal/load-balancer/actions";
import type { HealthCheck } from "../../../rehearsal/load-balancer/health-check";
import type { Transport } from "../../../rehearsal/load-balancer/listener-server";
import { LoadBalancer, type LoadBalancerProps } from "../../../rehearsal/load-balancer/load-balancer";
import type { Target } from "../../../rehearsal/load-balancer/target";
import { TargetGroup, type TargetGroupProps } from "../../../rehearsal/load-balancer/target-group";

export const healthCheck: HealthCheck = {
  path: "/health",
  intervalSeconds: 5,
  timeoutSeconds: 2,
  healthyThreshold: 2,
  unhealthyThreshold: 2,
  matcher: "200-299",
};

export const listenerArn = "arn:listener/production";

/** A target's app, with the connections that it has seen. */
export interface App {
  readonly server: Server;
  readonly port: number;
}

/** A load balancer with target groups blue and green and one listener that forwards to blue, closed by `close()`. */
export class Harness {
  readonly clock: Clock;
  readonly timeline: Timeline;
  readonly blue: TargetGroup;
  readonly green: TargetGroup;
  readonly loadBalancer: LoadBalancer;
  url = "";
  port = 0;
  private readonly apps: App[] = [];

  constructor(group: Partial<TargetGroupProps> = {}, loadBalancer: Partial<LoadBalancerProps> = {}, scale = 100) {
    this.clock = new Clock(scale);
    this.timeline = new Timeline(this.clock);
    this.blue = this.group("blue", group);
    this.green = this.group("green", group);
    const own = { arn: "arn:lb", name: "lb", dnsName: "lb.test", targetGroups: [this.blue, this.green] };
    this.loadBalancer = new LoadBalancer({ ...own, ...loadBalancer }, this.clock, this.timeline);
  }

  async listen(transport: Transport = { protocol: "HTTP" }): Promise<this> {
    const defaultActions = [forwardTo(this.blue)];
    const props = { arn: listenerArn, port: 8080, localPort: 0, defaultActions, ...transport };
    this.port = (await this.loadBalancer.listen(props)).localPort;
    this.url = transport.protocol === "HTTP" ? `http://127.0.0.1:${this.port}` : `https://app.example.com:${this.port}`;
    return this;
  }

  /** Starts an app on a free port; it answers the health check by itself. */
  async app(handler: RequestListener): Promise<App> {
    const server = createServer((request, response) => {
      if (request.url === healthCheck.path) response.end("ok");
      else handler(request, response);
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const app = { server, port: (server.address() as AddressInfo).port };
    this.apps.push(app);
    return app;
  }

  /** Starts an app and registers it; resolves once it is healthy, or at once if no listener uses the group. */
  async target(group: TargetGroup, handler: RequestListener): Promise<Target> {
    const { port } = await this.app(handler);
    const target = group.register({ host: "127.0.0.1", port, label: `${group.name}-${port}` });
    if (target.state !== "unused") await group.whenHealthy(target);
    return target;
  }

  async close(): Promise<void> {
    await this.loadBalancer.close();
    for (const { server } of this.apps) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  private group(name: string, props: Partial<TargetGroupProps>): TargetGroup {
    const own = { arn: `arn:tg/${name}`, name, healthCheck, deregistrationDelaySeconds: 300 };
    return new TargetGroup({ ...own, ...props }, this.clock, this.timeline);
  }
}

export function forwardTo(group: TargetGroup): ForwardAction {
  return { type: "forward", targetGroupArn: group.arn };
}

export function weighted(...weights: readonly [TargetGroup, number][]): ForwardAction {
  return { type: "forward", forward: { targetGroups: weights.map(([{ arn }, weight]) => ({ arn, weight })) } };
}

/** A promise with its resolve function beside it. */
export function deferred<T = void>() {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((done) => (resolve = done));
  return { promise, resolve };
}
