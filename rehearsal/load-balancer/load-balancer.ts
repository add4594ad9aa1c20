import { EventEmitter } from "node:events";
import type { Clock } from "../clock";
import type { Timeline } from "../events";
import { type Action, describeActions, groupStickinessSeconds, routingAction, targetGroupWeights } from "./actions";
import { type AccessLogEntry, type Answer, Listener, type ListenerProps } from "./listener";
import { checkCondition, type ListenerRule } from "./rules";
import type { TargetGroup } from "./target-group";

export interface LoadBalancerProps {
  readonly arn: string;
  readonly name: string;
  readonly dnsName: string;
  /** Longest silence on a connection, in seconds. @default 60 */
  readonly idleTimeoutSeconds?: number;
  /** Requests reach targets without the header fields whose names are not valid. @default false */
  readonly dropInvalidHeaderFields?: boolean;
  /** Every target group that its listeners may forward to. */
  readonly targetGroups: readonly TargetGroup[];
}

/** A listener as DescribeListeners and DescribeRules tell it. */
export interface ListenerDescription {
  readonly arn: string;
  readonly protocol: "HTTP" | "HTTPS";
  readonly port: number;
  readonly localPort: number;
  readonly defaultActions: readonly Action[];
  readonly rules: readonly ListenerRule[];
}

/**
 * An Application Load Balancer on loopback. Emits `request`, synchronously, as each request is routed, and `answer` as
 * each answer to a forwarded one begins.
 *
 * A change of actions is atomic: requests in flight finish where they are, later ones, on kept connections too, meet the
 * new actions.
 */
export class LoadBalancer extends EventEmitter<{ request: [entry: AccessLogEntry]; answer: [answer: Answer] }> {
  readonly arn: string;
  readonly name: string;
  readonly dnsName: string;

  private readonly idleTimeoutSeconds: number;
  private readonly dropInvalidHeaderFields: boolean;
  /** Names of fields that were dropped, each told once. */
  private readonly dropped = new Set<string>();
  private readonly targetGroups: ReadonlyMap<string, TargetGroup>;
  private readonly byArn = new Map<string, Listener>();

  /** @param random for the choice by weight, in [0, 1) */
  constructor(
    props: LoadBalancerProps,
    private readonly clock: Clock,
    private readonly timeline: Timeline,
    private readonly random: () => number = Math.random,
  ) {
    super();
    this.arn = props.arn;
    this.name = props.name;
    this.dnsName = props.dnsName;
    this.idleTimeoutSeconds = props.idleTimeoutSeconds ?? 60;
    this.dropInvalidHeaderFields = props.dropInvalidHeaderFields ?? false;
    this.targetGroups = new Map(props.targetGroups.map((group) => [group.arn, group]));
  }

  /** Listens on 127.0.0.1. @throws if the port is taken, or an action names an unknown target group or cannot be performed. */
  async listen(props: ListenerProps): Promise<ListenerDescription> {
    this.check(props.defaultActions);
    for (const { conditions, actions } of props.rules ?? []) {
      this.check(actions);
      conditions.forEach(checkCondition);
    }
    const listener = new Listener(props, {
      clock: this.clock,
      idleTimeoutSeconds: this.idleTimeoutSeconds,
      dropInvalidHeaderFields: this.dropInvalidHeaderFields,
      random: this.random,
      targetGroup: (arn) => this.targetGroup(arn),
      localPort: (port) => this.describeListeners().find((other) => other.port === port)?.localPort ?? port,
      onRequest: (entry) => this.emit("request", entry),
      onAnswer: (answer) => this.emit("answer", answer),
      onDropped: (name) => this.tellDropped(name),
    });
    await listener.listen();
    this.byArn.set(props.arn, listener);
    this.updateUse();
    this.tell("listener.created", listener, props.defaultActions);
    return describe(listener);
  }

  /** @throws if there is no such listener, or an action is wrong; then nothing has changed. */
  modifyListener(arn: string, defaultActions: readonly Action[]): void {
    const listener = this.byArn.get(arn);
    if (!listener) throw new Error(`ListenerNotFound: ${this.name} has no listener ${arn}.`);
    this.check(defaultActions);
    listener.defaultActions = defaultActions;
    this.updateUse();
    this.tell("listener.modified", listener, defaultActions);
  }

  /** Nobody reaches this listener any more, as when its security group admits nobody; it is described as before. */
  async isolate(arn: string): Promise<void> {
    await this.byArn.get(arn)?.close();
  }

  /** @throws if there is no such rule, or an action is wrong; then nothing has changed. */
  modifyRule(arn: string, actions: readonly Action[]): void {
    const listener = [...this.byArn.values()].find(({ rules }) => rules.some((rule) => rule.arn === arn));
    if (!listener) throw new Error(`RuleNotFound: ${this.name} has no rule ${arn}.`);
    this.check(actions);
    listener.rules = listener.rules.map((rule) => (rule.arn === arn ? { ...rule, actions } : rule));
    this.updateUse();
    const { priority } = listener.rules.find((rule) => rule.arn === arn)!;
    this.tell("rule.modified", listener, actions, `, rule ${priority}`);
  }

  /** The actions of a rule, or the default ones of a listener; none if there is neither. */
  describeActions(arn: string): readonly Action[] {
    const listeners = this.describeListeners();
    const rule = listeners.flatMap(({ rules }) => rules).find((one) => one.arn === arn);
    return rule?.actions ?? listeners.find((one) => one.arn === arn)?.defaultActions ?? [];
  }

  describeListeners(): readonly ListenerDescription[] {
    return [...this.byArn.values()].map(describe);
  }

  /** Closes listeners, ends every connection and all health checks. */
  async close(): Promise<void> {
    const listeners = [...this.byArn.values()];
    this.byArn.clear();
    await Promise.all(listeners.map((listener) => listener.close()));
    for (const group of this.targetGroups.values()) group.close();
  }

  private targetGroup(arn: string): TargetGroup {
    const group = this.targetGroups.get(arn);
    if (group) return group;
    const known = [...this.targetGroups.keys()].join(", ") || "none";
    throw new Error(`TargetGroupNotFound: ${this.name} has no target group ${arn}; it has ${known}.`);
  }

  private check(actions: readonly Action[]): void {
    const action = routingAction(actions);
    const groups = targetGroupWeights(action).map(({ arn }) => this.targetGroup(arn));
    const anySticky = groups.some(({ stickinessSeconds }) => stickinessSeconds !== undefined);
    if (groups.length < 2 || !anySticky || groupStickinessSeconds(action) !== undefined) return;
    // Source: ALB user guide, rule-action-types, "Sticky sessions and weighted target groups".
    const advice =
      "You must enable group stickiness on a rule if you enabled target stickiness on one of its target groups";
    throw new Error(`InvalidLoadBalancerAction: ${advice}.`);
  }

  private updateUse(): void {
    const actions = [...this.byArn.values()].flatMap(({ defaultActions, rules }) => [
      routingAction(defaultActions),
      ...rules.map((rule) => routingAction(rule.actions)),
    ]);
    const used = new Set(actions.flatMap(targetGroupWeights).map(({ arn }) => arn));
    for (const group of this.targetGroups.values()) group.setInUse(used.has(group.arn));
  }

  private tellDropped(name: string): void {
    if (this.dropped.has(name)) return;
    this.dropped.add(name);
    const text = `the load balancer drops the header ${name}: names of headers are letters, digits and hyphens`;
    this.timeline.emit("elb", "header.dropped", text, { name });
  }

  private tell(type: string, listener: Listener, actions: readonly Action[], rule = ""): void {
    const { arn, port, localPort } = describe(listener);
    const where = describeActions(actions, (group) => this.targetGroup(group).name);
    const here = localPort === port || type !== "listener.created" ? "" : `, here ${localPort},`;
    this.timeline.emit("elb", type, `listener ${port}${here}${rule} → ${where}`, {
      listenerArn: arn,
      port,
      localPort,
      actions,
    });
  }
}

function describe({ props, localPort, defaultActions, rules }: Listener): ListenerDescription {
  const { arn, protocol, port } = props;
  return { arn, protocol, port, localPort, defaultActions, rules };
}
