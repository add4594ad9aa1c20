import { STATUS_CODES } from "node:http";

/** Sends requests to one target group, or to several by weight. */
export interface ForwardAction {
  readonly type: "forward";
  readonly targetGroupArn?: string;
  readonly forward?: {
    readonly targetGroups: readonly { readonly arn: string; readonly weight?: number }[];
    readonly stickiness?: { readonly enabled?: boolean; readonly duration?: number };
  };
}

/** Answers from the load balancer itself. */
export interface FixedResponseAction {
  readonly type: "fixed-response";
  readonly fixedResponse: {
    readonly statusCode?: string;
    readonly contentType: string;
    readonly messageBody?: string;
  };
}

/** Sends the client elsewhere; parts that are left out keep the request's own value. */
export interface RedirectAction {
  readonly type: "redirect";
  readonly redirect: {
    readonly statusCode: string;
    readonly protocol?: string;
    readonly host?: string;
    readonly port?: string;
    readonly path?: string;
    readonly query?: string;
  };
}

/** What a listener or a rule does with a request, in the shape of `aws.lb.Listener`'s `defaultActions`. */
export type Action = ForwardAction | FixedResponseAction | RedirectAction;

/** A target group's share of the requests: its weight over the sum of all weights. */
export interface TargetGroupWeight {
  readonly arn: string;
  readonly weight: number;
}

/** The load balancer's own answer. */
export interface FixedResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * The action that routes: the last one, since others (authentication) come before it.
 * Source: ALB user guide, rule-action-types, "Action basics".
 *
 * @throws if there is no action, or one that the rehearsal cannot perform.
 */
export function routingAction(actions: readonly Action[]): Action {
  const action = actions.at(-1);
  if (!action) throw new Error("A listener or rule needs at least one action; it has none.");
  if (!["forward", "fixed-response", "redirect"].includes(action.type)) {
    throw new Error(
      `The rehearsal cannot perform the action "${action.type}"; it performs forward, fixed-response and redirect.`,
    );
  }
  return action;
}

/** The target groups that an action forwards to; none for the other actions. A weight that is left out is 1. */
export function targetGroupWeights(action: Action): readonly TargetGroupWeight[] {
  if (action.type !== "forward") return [];
  if (action.forward) return action.forward.targetGroups.map(({ arn, weight = 1 }) => ({ arn, weight }));
  return action.targetGroupArn === undefined ? [] : [{ arn: action.targetGroupArn, weight: 1 }];
}

/** Seconds for which an action keeps a client with a target group; none if it does not. */
export function groupStickinessSeconds(action: Action): number | undefined {
  const stickiness = action.type === "forward" ? action.forward?.stickiness : undefined;
  return stickiness?.enabled ? stickiness.duration : undefined;
}

/**
 * Picks a target group by weight; one of weight 0 never. There is no failover from a group without healthy targets to
 * another group. Source: ALB user guide, rule-action-types, "Distribute traffic to multiple target groups".
 *
 * @param random a number in [0, 1)
 * @returns the group's arn, or nothing when every weight is 0
 */
export function chooseTargetGroup(weights: readonly TargetGroupWeight[], random: number): string | undefined {
  const total = weights.reduce((sum, { weight }) => sum + weight, 0);
  let rest = random * total;
  return weights.find(({ weight }) => (rest -= weight) < 0)?.arn;
}

/** The answer of a `fixed-response` action. */
export function fixedResponse({ fixedResponse }: FixedResponseAction): FixedResponse {
  return {
    status: Number(fixedResponse.statusCode ?? 200),
    headers: { "content-type": fixedResponse.contentType },
    body: fixedResponse.messageBody ?? "",
  };
}

/** What was asked for. */
export interface RequestedUrl {
  readonly protocol: "http" | "https";
  /** With or without the port. */
  readonly host: string;
  readonly port: number;
  /** Path and query. */
  readonly url: string;
}

/**
 * The answer of a `redirect` action. Source: ALB user guide, rule-action-types, "Redirect actions".
 *
 * @param localPort where a port that the action names is on this machine
 */
export function redirect(
  { redirect }: RedirectAction,
  { protocol: scheme, host, port, url }: RequestedUrl,
  localPort: (port: number) => number = (same) => same,
): FixedResponse {
  const [path = "/", query = ""] = url.split("?", 2);
  const own: Record<string, string> = {
    protocol: scheme,
    host: host.replace(/:\d+$/, ""),
    port: String(port),
    path: path.slice(1),
    query,
  };
  const fill = (text: string) =>
    text.replace(/#\{(protocol|host|port|path|query)\}/g, (_, part: string) => own[part] ?? "");
  const protocol = fill(redirect.protocol ?? "#{protocol}").toLowerCase();
  const search = fill(redirect.query ?? "#{query}");
  const named = redirect.port === undefined || redirect.port.startsWith("#") ? port : localPort(Number(redirect.port));
  const authority = `${fill(redirect.host ?? "#{host}")}:${named}`;
  const location = `${protocol}://${authority}${fill(redirect.path ?? "/#{path}")}${search && `?${search}`}`;
  return { status: redirect.statusCode === "HTTP_301" ? 301 : 302, headers: { location }, body: "" };
}

/** The load balancer's answer when it has none from a target. */
export function errorResponse(status: 502 | 503 | 504): FixedResponse {
  return { status, headers: { "content-type": "text/plain" }, body: `${status} ${STATUS_CODES[status] ?? ""}\n` };
}

/** The actions for people: `blue-tg 100 %, green-tg 0 %`. */
export function describeActions(actions: readonly Action[], nameOf: (arn: string) => string): string {
  const action = routingAction(actions);
  const weights = targetGroupWeights(action);
  if (weights.length === 0) return action.type;
  const total = weights.reduce((sum, { weight }) => sum + weight, 0);
  const percent = (weight: number) => (total === 0 ? 0 : Math.round((100 * weight) / total));
  return weights.map(({ arn, weight }) => `${nameOf(arn)} ${percent(weight)} %`).join(", ");
}
