import type { Action, Listener } from "@aws-sdk/client-elastic-load-balancing-v2";
import { ec2, loadBalancing } from "../aws";
import type { Config } from "./config";

/** Where green answers: the load balancer's private addresses at the test listener's port. */
export interface Endpoint {
  readonly protocol: "HTTP" | "HTTPS";
  readonly addresses: readonly string[];
  readonly port: number;
  /** The host that requests name, and that a certificate must be for. */
  readonly host: string;
}

/** The test listener as it is now. */
export async function describeTestListener(arn: string, signal: AbortSignal): Promise<Listener> {
  const client = await loadBalancing();
  const { Listeners } = await client.describeListeners({ ListenerArns: [arn] }, { abortSignal: signal });
  const listener = Listeners?.[0];
  if (!listener) throw new Error(`the test listener ${arn} does not exist`);
  return listener;
}

/** The actions of a rule as they are now. */
export async function ruleActions(arn: string, signal: AbortSignal): Promise<readonly Action[]> {
  const client = await loadBalancing();
  const { Rules } = await client.describeRules({ RuleArns: [arn] }, { abortSignal: signal });
  if (!Rules?.[0]) throw new Error(`the rule for test traffic ${arn} does not exist`);
  return Rules[0].Actions ?? [];
}

/** The target groups that a listener's or rule's actions forward to, by ARN, each with its weight; groups of weight 0 get nothing and are left out. */
export function forwardedTo(actions: readonly Action[]): ReadonlyMap<string, number> {
  const forward = actions.find((action) => action.Type === "forward");
  const groups = forward?.ForwardConfig?.TargetGroups ?? [{ TargetGroupArn: forward?.TargetGroupArn }];
  const weights = new Map<string, number>();
  for (const { TargetGroupArn: arn, Weight: weight = 1 } of groups) if (arn && weight > 0) weights.set(arn, weight);
  return weights;
}

/**
 * How to reach the test listener from inside the VPC.
 *
 * An internet-facing load balancer's name resolves to public addresses, which a rule for a security group does not admit;
 * the addresses of its network interfaces are private ones.
 * Source: VPC user guide, security-group-rules; a load balancer's interfaces are described as `ELB app/name/id`.
 */
export async function locate(listener: Listener, config: Config, signal: AbortSignal): Promise<Endpoint> {
  const { Protocol, Port, LoadBalancerArn = "" } = listener;
  if (Protocol !== "HTTP" && Protocol !== "HTTPS") {
    throw new Error(`the test listener speaks ${Protocol}; this hook tests HTTP and HTTPS`);
  }
  const description = `ELB ${LoadBalancerArn.split(":loadbalancer/")[1]}`;
  const client = await ec2();
  const { NetworkInterfaces = [] } = await client.describeNetworkInterfaces(
    { Filters: [{ Name: "description", Values: [description] }] },
    { abortSignal: signal },
  );
  const addresses = NetworkInterfaces.flatMap(({ PrivateIpAddress }) => PrivateIpAddress ?? []);
  if (addresses.length === 0) throw new Error(`found no network interface with the description "${description}"`);
  return { protocol: Protocol, addresses, port: Number(Port), host: config.hostHeader };
}

/** `tg-blue` of `arn:aws:elasticloadbalancing:…:targetgroup/tg-blue/73e2d6bc24d8a067`. */
export function groupName(targetGroupArn: string): string {
  return targetGroupArn.split("/")[1] ?? targetGroupArn;
}
