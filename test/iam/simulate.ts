import { runSimulation, runUnsafeSimulation, type Simulation } from "@cloud-copilot/iam-simulate";
import { account } from "../../rehearsal/graph/aws-outputs";
import { type Actor, type Call, key, ownerOf } from "./actor";
import type { NamedPolicy, Policy, Stack } from "./stack";

/** The policies that decide a request. */
export interface Policies {
  readonly identity: readonly NamedPolicy[];
  readonly resource: Policy | undefined;
  /** Those of the endpoints that the request goes by, each of which must let it; undefined where it goes another way. */
  readonly endpoints?: readonly NamedPolicy[] | undefined;
}

/** A request, and what becomes of it. */
export interface Expectation {
  readonly actor: Actor;
  readonly call: Call;
  readonly allowed: boolean;
  readonly policies: Policies;
}

/** As the console makes it: the account's own policies decide. Source: KMS developer guide, key-policy-default. */
const defaultKeyPolicy: Policy = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: "kms:*", Resource: "*" }],
};

/** What another account allows this one of what is its own; which of it a stack there allows is proven by itself. */
export const openedToUs: Policy = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: "*", Resource: "*" }],
};

/**
 * The connection's ARN has the service's new name under both of its names, so the simulator finds no such resource under
 * the old one. Source: Developer Tools console user guide, rename.
 */
const unknownToSimulator = ["codestar-connections:UseConnection"];

/** The policies that decide `call` of an actor in `stack`. */
export function policiesFor(actor: Actor, call: Call, stack: Stack, owner = stack): Policies {
  const role = actor.role === undefined ? undefined : stack.role(actor.role);
  const given = actor.identity ? [{ name: actor.name, policy: actor.identity }] : [];
  const byEndpoint = stack.endpointPolicies.size > 0 && actor.inNetwork?.(call);
  return {
    identity: role ? stack.policiesOf(role) : given,
    resource: resourcePolicy(call, owner),
    endpoints: byEndpoint ? endpointsOf(call, stack) : undefined,
  };
}

/** Where a service has two, images say, a request may go by either. Source: ECR user guide, vpc-endpoints. */
export function endpointsOf({ action }: Call, stack: Stack): NamedPolicy[] {
  const service = action.split(":")[0]!;
  const all = [...stack.endpointPolicies].filter(([name]) => name.split(".")[0] === service);
  return all.map(([, policy]) => policy);
}

/** Requests that AWS knows. */
const looked = new Set<string>();

/** Whether IAM allows the call. Throws where the request is one that AWS does not know: a test's mistake, not a denial. */
export async function isAllowed(actor: Actor, call: Call, stack: Stack): Promise<boolean> {
  const policies = policiesFor(actor, call, stack);
  // Most stacks differ from dev in a few policies only.
  const question = [actor.name, key(call), ...Object.values(policies).map(text)].join("\n");
  const answer = answers.get(question) ?? (await isAllowedBy(policies, actor, call, stack));
  answers.set(question, answer);
  return answer;
}

const answers = new Map<string, boolean>();
const texts = new WeakMap<object, string>();

function text(policies: object | undefined): string {
  if (!policies) return "";
  const known = texts.get(policies) ?? JSON.stringify(policies);
  texts.set(policies, known);
  return known;
}

/** The same by other policies than the stack's. */
export async function isAllowedBy(policies: Policies, actor: Actor, call: Call, stack: Stack): Promise<boolean> {
  const { endpoints } = policies;
  if (!endpoints) return decided(policies, actor, call, stack);
  for (const endpoint of endpoints)
    if (!(await decided({ ...policies, endpoints: [endpoint] }, actor, call, stack))) return false;
  // Without an endpoint there is no way.
  return endpoints.length > 0;
}

async function decided(policies: Policies, actor: Actor, call: Call, stack: Stack): Promise<boolean> {
  const request = simulation(actor, call, stack, policies);
  // Looking at the request takes most of the time, and is done once; the quick way knows identities' policies alone.
  const known = looked.has(key(call)) && policies.resource === undefined && policies.endpoints === undefined;
  if (known || unknownToSimulator.includes(call.action)) return runUnsafeSimulation(request, {}) === "Allowed";
  const result = await runSimulation(request, {});
  const what = `${actor.name}: ${call.action} on ${call.resource}`;
  if (result.resultType !== "single") throw new Error(`${what}: ${JSON.stringify(result).slice(0, 500)}`);
  const ignored = result.result.ignoredContextKeys ?? [];
  if (ignored.length > 0) throw new Error(`${what}: AWS sends no ${ignored.join(", ")} with it`);
  looked.add(key(call));
  return result.overallResult === "Allowed";
}

function simulation(actor: Actor, call: Call, stack: Stack, { identity, resource, endpoints }: Policies): Simulation {
  const role = actor.role === undefined ? undefined : stack.role(actor.role);
  const roleArn = role ? (role.outputs.arn as string) : actor.service;
  const principal = role
    ? `arn:aws:sts::${stack.account}:assumed-role/${String(role.outputs.name)}/release`
    : actor.service;
  return {
    request: {
      principal,
      action: call.action,
      resource: { resource: call.resource, accountId: ownerOf(call, stack.account) },
      contextVariables: {
        "aws:SecureTransport": "true",
        ...(endpoints ? { "aws:PrincipalArn": roleArn } : {}),
        ...call.context,
      },
    },
    identityPolicies: [...identity],
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    ...(resource ? { resourcePolicy: resource } : {}),
    ...(endpoints ? { vpcEndpointPolicies: [...endpoints] } : {}),
  };
}

function resourcePolicy({ resource, context }: Call, stack: Stack): Policy | undefined {
  const arn = resource.startsWith("arn:aws:s3:::") ? resource.split("/")[0]! : resource;
  const own = stack.resourcePolicies.get(arn)?.policy;
  if (own) return own;
  if (ownerOf({ resource, context }, stack.account) !== stack.account) return openedToUs;
  return arn.includes(":kms:") ? defaultKeyPolicy : undefined;
}
