import { account } from "../../rehearsal/graph/aws-outputs";
import { type Actor, anything, type Call, each, key, ownerOf, stranger } from "./actor";
import { actorsOf } from "./actors";
import { strangers } from "./actors/promotion";
import { layers } from "./actors/tasks";
import { forbidden } from "./forbidden";
import { type Expectation, endpointsOf, openedToUs } from "./simulate";
import type { Stack } from "./stack";

/**
 * In a network without NAT: what its roles, and anybody else there, try where all other policies would let them. Nothing
 * but the roles' own calls may pass the endpoints.
 */
export function throughEndpoints(stack: Stack): Expectation[] {
  if (stack.endpointPolicies.size === 0) return [];
  const inside = actorsOf(stack).filter(({ inNetwork, role }) => inNetwork && role);
  const calls = inside.flatMap((actor) => leaving(actor, stack));
  const elsewhere = calls.filter(({ resource }) => resource.includes(`:${account}:`)).map(ofStranger);
  const everywhere = calls.filter(({ resource }) => resource === "*").map(ofStranger);
  const everybodys = new Set(leaving(layers, stack).map(key));
  const byRoles = inside.flatMap((actor) => {
    const own = new Set(leaving(actor, stack).map(key));
    const tried = [...calls, ...elsewhere, ...forbidden(actor, stack).filter((call) => !everybodys.has(key(call)))];
    return tried.map((call) => expectation(actor, call, own.has(key(call)), stack));
  });
  const byStrangers = [...elsewhere, ...everywhere].map((call) => expectation(strangers, call, false, stack));
  return [...byRoles, ...byStrangers];
}

function leaving(actor: Actor, stack: Stack): Call[] {
  return each(actor.calls(stack)).filter((call) => actor.inNetwork?.(call));
}

/** The same on what belongs to another account. */
function ofStranger(call: Call): Call {
  const resource = call.resource.replace(`:${account}:`, `:${stranger}:`);
  return { ...call, resource, context: { ...call.context, "aws:ResourceAccount": stranger } };
}

function expectation(actor: Actor, call: Call, allowed: boolean, stack: Stack): Expectation {
  const home = actor === strangers ? stranger : stack.account;
  const policies = {
    identity: [{ name: "anything", policy: anything }],
    resource: ownerOf(call, home) === home ? undefined : openedToUs,
    endpoints: endpointsOf(call, stack),
  };
  return { actor, call, allowed, policies };
}
