import assert from "node:assert/strict";
import type { StackValidationArgs } from "@pulumi/policy";
import { policies } from "../policy/policies";
import type { Graph } from "../rehearsal/graph/evaluate";
import { devGraph, prodGraph, programGraph } from "./support/graph";

interface Resource {
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  readonly props: Readonly<Record<string, unknown>>;
}

/** The graph as the engine shows it to a policy: what AWS returned, by resource. */
function resourcesOf({ recorder }: Graph): Resource[] {
  return recorder.resources.map(({ type, name, urn, outputs }) => ({ type, name, urn, props: outputs }));
}

/** Names of the policies that a stack of these resources breaks. */
async function broken(resources: readonly Resource[]): Promise<string[]> {
  const names = new Set<string>();
  const args = { resources, getConfig: () => ({}), notApplicable: assert.fail } as unknown as StackValidationArgs;
  for (const { name, validateStack } of policies) await validateStack(args, () => names.add(name));
  return [...names];
}

/** The same resources, with some properties of those of one type changed. */
function changed(resources: readonly Resource[], type: string, change: Readonly<Record<string, unknown>>): Resource[] {
  return resources.map((it) => (it.type === type ? { ...it, props: { ...it.props, ...change } } : it));
}

const container = { readonlyRootFilesystem: true };
const https = { domainName: "app.example.com", zoneId: "Z0123456789" };

describe("the policy pack", () => {
  let dev: Resource[];
  let production: Resource[];

  before(async () => {
    dev = resourcesOf(await devGraph());
    production = resourcesOf(
      await programGraph({ stack: "production" }, { deletionProtection: true, https, container }),
    );
  });

  it("finds nothing wrong with the stacks of this program", async () => {
    assert.deepEqual(await broken(dev), []);
    assert.deepEqual(await broken(resourcesOf(await prodGraph())), []);
    assert.deepEqual(await broken(production), []);
  });

  it("rejects a test port that is open to everyone, over IPv4 and IPv6, and not the production port", async () => {
    for (const cidr of ["0.0.0.0/0", "::/0"]) {
      const open = await programGraph({}, { testCidrs: [cidr] });
      assert.deepEqual(await broken(resourcesOf(open)), ["test-port-is-closed"]);
    }
    const some = await programGraph({}, { testCidrs: ["203.0.113.0/24"] });
    assert.deepEqual(await broken(resourcesOf(some)), []);
  });

  it("judges a stack that ECS deploys by the same rules, whether test traffic has a port or a header", async () => {
    const ecs = { controller: "ECS" };
    assert.deepEqual(await broken(resourcesOf(await programGraph({}, ecs))), []);
    const open = await programGraph({}, { ...ecs, testCidrs: ["0.0.0.0/0"] });
    assert.deepEqual(await broken(resourcesOf(open)), ["test-port-is-closed"]);
    const header = { ...ecs, testHeader: { name: "X-Test", value: "a-secret-word" } };
    assert.deepEqual(await broken(resourcesOf(await programGraph({}, header))), []);
    const overHttp = await programGraph({ stack: "shop" }, { ...header, deletionProtection: true });
    assert.deepEqual(await broken(resourcesOf(overHttp)), ["production-speaks-https"]);
  });

  it("rejects an unprotected production stack", async () => {
    const unprotected = await programGraph({ stack: "production" }, { https, container });
    assert.deepEqual(await broken(resourcesOf(unprotected)), ["production-is-protected"]);
  });

  it("rejects a production stack, by its name or by its protection, that serves users over HTTP", async () => {
    const named = await programGraph({ stack: "production" }, { deletionProtection: true, container });
    const guarded = await programGraph({ stack: "shop" }, { deletionProtection: true });
    for (const graph of [named, guarded])
      assert.deepEqual(await broken(resourcesOf(graph)), ["production-speaks-https"]);
  });

  it("advises against a production stack whose app can change its own files, and rejects nothing for it", async () => {
    const writable = await programGraph({ stack: "production" }, { deletionProtection: true, https });
    assert.deepEqual(await broken(resourcesOf(writable)), ["production-files-are-read-only"]);
    const advice = policies.find(({ name }) => name === "production-files-are-read-only");
    assert.equal(advice!.enforcementLevel, "advisory");
  });

  it("lets the tag of a build's cache move, and no image's", async () => {
    const cached = resourcesOf(await programGraph({}, { buildCache: {} }));
    assert.deepEqual(await broken(cached), []);
    const images = cached.filter(({ name }) => !name.endsWith("-cache"));
    const loose = changed(images, "aws:ecr/repository:Repository", { imageTagMutability: "MUTABLE" });
    assert.deepEqual(await broken(loose), ["image-tags-are-immutable"]);
  });

  for (const [name, type, change] of [
    ["image-tags-are-immutable", "aws:ecr/repository:Repository", { imageTagMutability: "MUTABLE" }],
    [
      "buckets-are-encrypted",
      "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
      { rules: [] },
    ],
    ["buckets-are-private", "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", { restrictPublicBuckets: false }],
    [
      "no-wildcard-actions",
      "aws:iam/rolePolicy:RolePolicy",
      { policy: JSON.stringify({ Statement: [{ Effect: "Allow", Action: ["s3:Get*"], Resource: "*" }] }) },
    ],
    ["logs-have-retention", "aws:cloudwatch/logGroup:LogGroup", { retentionInDays: 0 }],
  ] as const) {
    it(`rejects a stack that breaks ${name}`, async () => {
      assert.deepEqual(await broken(changed(dev, type, change)), [name]);
    });
  }

  it("rejects a bucket that nobody encrypts or closes", async () => {
    const bucket = {
      type: "aws:s3/bucket:Bucket",
      name: "loose",
      urn: "urn:pulumi:dev::greenlight::loose",
      props: { bucket: "loose" },
    };
    assert.deepEqual(await broken([...dev, bucket]), ["buckets-are-encrypted", "buckets-are-private"]);
  });
});
