import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { aliasRecord, certificateArn, type Https } from "./https";
import type { BlueGreenLoadBalancerArgs, SharedLoadBalancer } from "./load-balancer-args";
import { existingLoadBalancer } from "./existing-load-balancer";
import type { LoadBalancerFront } from "./load-balancer-front";

/** Puts a service behind a load balancer that it shares with others. */
export function sharedLoadBalancer(
  name: string,
  shared: SharedLoadBalancer,
  { https, productionPort, testPort, testHeader }: BlueGreenLoadBalancerArgs,
  opts: pulumi.CustomResourceOptions,
): LoadBalancerFront {
  const protocol = https ? "HTTPS" : "HTTP";
  const listener = (kind: "production" | "test", arn: pulumi.Input<string>, port: number) =>
    // Port and protocol are what we take it for; what AWS says takes their place.
    aws.lb.Listener.get(`${name}-${kind}`, arn, { port, protocol }, opts);
  const productionListener = listener("production", shared.productionListenerArn, productionPort);
  const test = testHeader
    ? { listener: productionListener, port: productionPort, header: testHeader }
    : { listener: listener("test", shared.testListenerArn!, testPort), port: testPort };
  const loadBalancerArn = pulumi.output(shared.productionListenerArn).apply(loadBalancerOf);
  const { loadBalancer, securityGroupId } = existingLoadBalancer(name, loadBalancerArn, opts);
  const listeners = testHeader ? [productionListener] : [productionListener, test.listener];
  const certificate = https && addCertificate(name, https, listeners, opts);
  if (https) aliasRecord(name, https, loadBalancer, opts);
  const { hosts = [], paths = [], priority } = shared;
  const plainHost = hosts.find((host) => !/[*?]/.test(host));
  return {
    loadBalancer,
    securityGroupId,
    host: pulumi.output(https?.domainName ?? plainHost ?? loadBalancer.dnsName),
    path: paths[0]?.replace(/[*?].*$/, "") ?? "/",
    productionListener,
    certificateArn: certificate,
    test,
    share: {
      paths,
      conditions: [
        ...(hosts.length > 0 ? [{ hostHeader: { values: [...hosts] } }] : []),
        ...(paths.length > 0 ? [{ pathPattern: { values: [...paths] } }] : []),
      ],
      priority,
    },
  };
}

/** `…:loadbalancer/app/name/id` of `…:listener/app/name/id/own-id`. */
export function loadBalancerOf(listenerArn: string): string {
  return listenerArn.replace(":listener/", ":loadbalancer/").replace(/\/[^/]*$/, "");
}

/** The service's own certificate beside those that the listeners have; they choose by the name that a client asks for. */
function addCertificate(
  name: string,
  https: Https,
  listeners: readonly aws.lb.Listener[],
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> | undefined {
  if (https.zoneId === undefined && https.certificateArn === undefined) return undefined;
  const arn = certificateArn(name, https, opts);
  for (const [index, listener] of listeners.entries()) {
    const kind = index === 0 ? "production" : "test";
    new aws.lb.ListenerCertificate(`${name}-${kind}`, { listenerArn: listener.arn, certificateArn: arn }, opts);
  }
  return arn;
}
