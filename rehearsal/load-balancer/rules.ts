import type { IncomingMessage } from "node:http";
import type { Action } from "./actions";

/** A condition in the shape of `aws.lb.ListenerRule`'s `conditions`: exactly one of its properties is set. */
export interface RuleCondition {
  readonly pathPattern?: { readonly values: readonly string[] };
  readonly hostHeader?: { readonly values: readonly string[] };
  readonly httpHeader?: { readonly httpHeaderName: string; readonly values: readonly string[] };
}

/** A rule of a listener; rules are tried from the lowest priority number on, the default actions come last. */
export interface ListenerRule {
  readonly arn: string;
  readonly priority: number;
  readonly conditions: readonly RuleCondition[];
  readonly actions: readonly Action[];
}

/** What a rule looks at in a request. */
export type RuleSubject = Pick<IncomingMessage, "url" | "headers">;

/**
 * The actions for a request: those of the first rule whose conditions all hold, otherwise the default ones.
 * Source: ALB user guide, rule-condition-types.
 */
export function actionsFor(
  request: RuleSubject,
  rules: readonly ListenerRule[],
  defaultActions: readonly Action[],
): readonly Action[] {
  const inOrder = [...rules].sort((one, other) => one.priority - other.priority);
  const rule = inOrder.find(({ conditions }) => conditions.every((condition) => holds(condition, request)));
  return rule?.actions ?? defaultActions;
}

/** @throws if the condition is of a type that the rehearsal cannot perform. */
export function checkCondition(condition: RuleCondition): void {
  if (condition.pathPattern ?? condition.hostHeader ?? condition.httpHeader) return;
  throw new Error(
    `The rehearsal cannot perform the rule condition ${JSON.stringify(condition)}; ` +
      "it performs pathPattern, hostHeader and httpHeader.",
  );
}

function holds({ pathPattern, hostHeader, httpHeader }: RuleCondition, { url = "/", headers }: RuleSubject): boolean {
  if (pathPattern) return matches(pathPattern.values, url.split("?", 1)[0] ?? "", "");
  if (hostHeader) return matches(hostHeader.values, (headers.host ?? "").replace(/:\d+$/, ""), "i");
  if (!httpHeader) return false;
  const values = [headers[httpHeader.httpHeaderName.toLowerCase()] ?? []].flat();
  return values.some((value) => matches(httpHeader.values, value, "i"));
}

/** `*` stands for any characters, `?` for exactly one. */
function matches(patterns: readonly string[], text: string, flags: "" | "i"): boolean {
  return patterns.some((pattern) => {
    const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&");
    return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`, flags).test(text);
  });
}
