import { type Actor, type Call, each } from "./actor";
import { actorsOf } from "./actors";
import { administrator } from "./actors/administrator";
import { throughEndpoints } from "./endpoints";
import { type Expectation, isAllowedBy, policiesFor, type Policies } from "./simulate";
import type { NamedPolicy, Policy, Stack, Statement } from "./stack";

/** A part of a policy that could be taken away, and the policy without it. */
interface Cut {
  readonly what: string;
  /** Those of the statement; other calls cannot notice. */
  readonly actions: readonly string[];
  readonly policy: Policy;
}

/**
 * Everything in the stack's policies that could go without any call noticing: statements, single actions, single
 * resources, conditions and their single values. A part is needed if without it a call that an actor makes is denied, or
 * one that must never be made is allowed.
 */
export async function superfluous(stack: Stack): Promise<string[]> {
  const found: string[] = [];
  for (const role of stack.roles) {
    const users = actorsOf(stack).filter((actor) => actor.role !== undefined && stack.role(actor.role) === role);
    const expected = users.flatMap((actor) => expectations(actor, stack)).map(byItself);
    const policies = stack.policiesOf(role);
    for (const own of policies) {
      const changed = (policy: Policy) => policies.map((it) => (it === own ? { ...own, policy } : it));
      found.push(
        ...(await unneeded(own, stack, expected, (policy, before) => ({ ...before, identity: changed(policy) }))),
      );
    }
  }
  const all = [...actorsOf(stack), administrator].flatMap((actor) => expectations(actor, stack));
  const expected = all.map(byItself);
  for (const [arn, own] of stack.resourcePolicies) {
    // Whom a role trusts is judged by itself.
    if (arn.startsWith("arn:aws:iam:")) continue;
    const here = expected.filter(({ policies }) => policies.resource === own.policy);
    found.push(...(await unneeded(own, stack, here, (resource, before) => ({ ...before, resource }))));
  }
  const through = [...all, ...throughEndpoints(stack)];
  for (const own of stack.endpointPolicies.values()) {
    const here = through.filter(({ policies }) => policies.endpoints?.includes(own));
    const changed = (policy: Policy) => ({ endpoints: [{ ...own, policy }] });
    found.push(...(await unneeded(own, stack, here, (policy, before) => ({ ...before, ...changed(policy) }))));
  }
  return found.map((what) => `${stack.name}: ${what}`);
}

/** A policy is to hold where no endpoint helps it. */
function byItself(expectation: Expectation): Expectation {
  return { ...expectation, policies: { ...expectation.policies, endpoints: undefined } };
}

async function unneeded(
  { name, policy }: NamedPolicy,
  stack: Stack,
  expected: readonly Expectation[],
  replaced: (changed: Policy, before: Policies) => Policies,
): Promise<string[]> {
  const found: string[] = [];
  for (const { what, actions, policy: changed } of cuts(policy)) {
    let noticed = false;
    for (const { actor, call, allowed, policies } of expected) {
      if (!actions.some((pattern) => matches(pattern, call.action))) continue;
      noticed = (await isAllowedBy(replaced(changed, policies), actor, call, stack)) !== allowed;
      if (noticed) break;
    }
    if (!noticed) found.push(`${name}: ${what}`);
  }
  return found;
}

function matches(pattern: string, action: string): boolean {
  return new RegExp(`^${pattern.replaceAll("*", ".*")}$`).test(action);
}

function expectations(actor: Actor, stack: Stack): Expectation[] {
  const calls = each(actor.calls(stack));
  const plain = calls
    .filter(({ action, context }) => action.startsWith("s3:") && !context["aws:ResourceAccount"])
    .map((call) => ({ ...call, context: { ...call.context, "aws:SecureTransport": "false" } }));
  const expectation = (allowed: boolean) => (call: Call) => ({
    actor,
    call,
    allowed,
    policies: policiesFor(actor, call, stack),
  });
  return [...calls.map(expectation(true)), ...[...each(actor.never?.(stack) ?? []), ...plain].map(expectation(false))];
}

type Condition = NonNullable<Statement["Condition"]>;

/** Every way to take one thing away from a policy. */
function cuts(policy: Policy): Cut[] {
  return policy.Statement.flatMap((statement, index) => {
    const first = [statement.Action].flat()[0]!;
    const label = `statement ${index} (${first}…)`;
    const without = (what: string, changed: Statement | undefined): Cut => ({
      what: `${label}: ${what}`,
      actions: [statement.Action].flat(),
      policy: { ...policy, Statement: policy.Statement.flatMap((it) => (it === statement ? (changed ?? []) : it)) },
    });
    return [
      without("as a whole", undefined),
      ...shorter(statement.Action).map(([action, Action]) => without(action, { ...statement, Action })),
      ...shorter(statement.Resource ?? [])
        .filter(([arn]) => !isFamily(arn))
        .map(([arn, Resource]) => without(arn, { ...statement, Resource })),
      ...conditionCuts(statement).map(([what, Condition]) => without(what, { ...statement, Condition })),
    ];
  });
}

/**
 * A task definition's family alone, which AWS was seen to ask for (aws/aws-cdk#25768). Its reference knows no such resource, so
 * that no call on it can be simulated.
 */
function isFamily(arn: string): boolean {
  return /:task-definition\/[^:]+$/.test(arn);
}

/** A list without each of its entries in turn; a list of one is not shortened. */
function shorter(list: string | readonly string[]): [string, string[]][] {
  const all = [list].flat();
  if (all.length < 2) return [];
  return all.map((entry) => [entry, all.filter((it) => it !== entry)]);
}

function conditionCuts({ Condition = {} }: Statement): [string, Condition][] {
  return Object.entries(Condition).flatMap(([operator, keys]) =>
    Object.entries(keys).flatMap(([key, values]) => {
      const otherKeys = without(keys, key);
      const others = without(Condition, operator);
      const rest = Object.keys(otherKeys).length > 0 ? { ...others, [operator]: otherKeys } : others;
      const fewer = shorter(values).map(([value, some]) => ({ what: value, keys: { ...keys, [key]: some } }));
      return [
        [`${operator} ${key}`, rest] as [string, Condition],
        ...fewer.map(({ what, keys }): [string, Condition] => [`${key} ${what}`, { ...Condition, [operator]: keys }]),
      ];
    }),
  );
}

function without<T>(all: Readonly<Record<string, T>>, key: string): Record<string, T> {
  return Object.fromEntries(Object.entries(all).filter(([name]) => name !== key));
}
