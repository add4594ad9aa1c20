import assert from "node:assert/strict";
import { join } from "node:path";
import { Stage } from "../rehearsal/faults/stage";
import { type Graph, nativeGraph, prodGraph } from "./support/graph";

/** What is there already, in the region's own partition. */
function given(region: string, partition: string) {
  const arn = (service: string, resource: string, account = "123456789012") =>
    `arn:${partition}:${service}:${region}:${account}:${resource}`;
  const keyArn = arn("kms", "key/11111111-2222-3333-4444-555555555555");
  return {
    "aws:region": region,
    secrets: {
      KEY: arn("secretsmanager", "secret:shop-AbCdEf"),
      TOKEN: arn("ssm", "parameter/shop/token"),
    },
    secretKeyArns: [keyArn],
    deployApproval: { topicArn: arn("sns", "people"), keyArn },
    promoteTo: [arn("events", "event-bus/shop-promotions", "222222222222")],
    signingProfileArn: arn("signer", "/signing-profiles/shop"),
    sidecars: [{ name: "proxy", image: `210987654321.dkr.ecr.${region}.amazonaws.com/proxy:1` }],
    executeCommand: true,
    container: {},
    buildCache: {},
    tests: { command: "npm test", reportFiles: ["*.xml"] },
  };
}

/** Everything that the program says of resources, and tells. */
const told = ({ recorder, outputs }: Graph) =>
  [outputs, ...recorder.resources.map(({ inputs }) => inputs)].map((it) => JSON.stringify(it));

const places = [
  ["us-gov-west-1", "aws-us-gov", "us-gov-west-1.console.amazonaws-us-gov.com"],
  ["ap-southeast-5", "aws", "ap-southeast-5.console.aws.amazon.com"],
] as const;

for (const [region, partition, console] of places) {
  describe(`a stack in ${region}`, () => {
    const graphs: Graph[] = [];

    before(async () => {
      graphs.push(await prodGraph(given(region, partition)));
      const withoutNat = { natGateways: "none", loadBalancer: { accessLogs: {} }, notifications: {} };
      graphs.push(await nativeGraph({ ...given(region, partition), ...withoutNat }));
    });

    it("names nothing of another partition or region, with either controller", () => {
      for (const text of graphs.flatMap(told)) {
        for (const [arn, of, , where] of text.matchAll(/arn:([\w-]+):([\w-]+):([\w-]*):/g)) {
          assert.equal(of, partition, text);
          assert.ok(["", region].includes(where!), arn);
        }
        assert.doesNotMatch(text, /eu-central-1|arn:aws:s3:::prod-eu/);
      }
    });

    it("tells the addresses of its own console", () => {
      for (const { outputs } of graphs) {
        assert.equal(new URL(String(outputs.pipelineUrl)).host, console);
        assert.equal(new URL(String(outputs.connectionHandshakeUrl)).host, console);
      }
    });
  });
}

describe("the rehearsal of a stack elsewhere", () => {
  const directory = process.cwd();
  let stage: Stage;

  before(() => process.chdir(join(__dirname, "..")));
  after(async () => {
    await stage.close();
    process.chdir(directory);
  });

  it("has its first image, and what a push builds, in the registry of that region", async () => {
    stage = await Stage.set({ settings: { "aws:region": "us-gov-west-1" } });
    assert.match(stage.rehearsal.stack.service.arn, /^arn:aws-us-gov:ecs:us-gov-west-1:/);
    assert.match(await stage.buildImage({}), /^\d{12}\.dkr\.ecr\.us-gov-west-1\.amazonaws\.com\//);
  });
});
