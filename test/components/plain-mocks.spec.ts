import * as pulumi from "@pulumi/pulumi";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  BlueGreenEcsService,
  type BlueGreenEcsServiceArgs,
  createNetwork,
  DeployPipeline,
  type DeployPipelineArgs,
  GreenTestHook,
  ImageRepository,
  Notifications,
  VpcEndpoints,
} from "../../components";
import { orMocked } from "../../components/mocked-values";
import { checkout } from "../support/checkout";
import { Recorder } from "../../rehearsal/graph/recorder";

/** Mocks as Pulumi's guide to unit tests writes them. */
const mocks: pulumi.runtime.Mocks = {
  newResource: ({ name, inputs }) => ({ id: `${name}_id`, state: inputs as object }),
  call: ({ inputs }) => inputs as object,
};

const bus = "arn:aws:events:eu-central-1:222222222222:event-bus/shop-prod-promotions";

function program(
  service: Partial<BlueGreenEcsServiceArgs> = {},
  pipeline: Partial<DeployPipelineArgs> = {},
): pulumi.Output<unknown>[] {
  const network = createNetwork("shop");
  const repository = new ImageRepository("shop");
  const notifications = new Notifications("shop", { slack: { workspaceId: "T1", channelId: "C1" } });
  const made = new BlueGreenEcsService("shop", {
    network,
    image: repository.buildFirstImage({ appDirectory: "./app" }),
    repositoryArn: repository.repository.arn,
    notifications,
    ...service,
  });
  const hook = new GreenTestHook("shop-test", { service: made });
  const road = { service: made, repository, hook, notifications, githubRepository: "acme/shop" };
  const deploy = new DeployPipeline("shop", { ...road, promoteTo: [bus], ...pipeline });
  new VpcEndpoints("shop", { network, services: [made], hooks: [hook] });
  return [made.prodUrl, made.testUrl, deploy.consoleUrl, deploy.connectionUrl!, deploy.released!];
}

const keyArn = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555";
const listener = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/web/50dc6c495c0c9188/";
const programs: Readonly<Record<string, () => pulumi.Output<unknown>[]>> = {
  "CodeDeploy, by HTTP": () => program(),
  "ECS, by HTTPS, with everything beside the app": () =>
    program({
      controller: "ECS",
      cpu: 1024,
      memoryMiB: 2048,
      https: { domainName: "shop.example.com", zoneId: "Z1" },
      loadBalancer: { accessLogs: {} },
      openTelemetry: {},
      logRouter: {},
      executeCommand: true,
      alarms: { serverErrorPercent: 2 },
      autoscaling: { minimum: 1, maximum: 2, requestsPerTask: 100 },
      secrets: { KEY: "arn:aws:ssm:eu-central-1:123456789012:parameter/key" },
      secretKeyArns: [keyArn],
    }),
  "listeners of others, tests and a bill of materials": () =>
    program(
      {
        sharedLoadBalancer: {
          productionListenerArn: `${listener}f2f7dc8efc522ab2`,
          testListenerArn: `${listener}0467ef3c8400ae65`,
          hosts: ["shop.example.com"],
          priority: 5,
        },
      },
      {
        sbom: true,
        buildCache: {},
        scanGate: { severity: "HIGH" },
        tests: { command: "npm test", reportFiles: ["*.xml"] },
      },
    ),
};

describe("components under mocks that return inputs only", () => {
  const { warn } = pulumi.log;
  let warnings: string[];

  beforeEach(() => {
    warnings = [];
    Object.assign(pulumi.log, { warn: (message: string) => void warnings.push(message) });
  });
  afterEach(() => Object.assign(pulumi.log, { warn }));

  for (const [title, make] of Object.entries(programs)) {
    it(`resolve every output, reject nothing, and warn once with the cure: ${title}`, async () => {
      await pulumi.runtime.setMocks(mocks);
      const values = await Promise.all(make().map((output) => new Promise((resolve) => output.apply(resolve))));
      await pulumi.runtime.disconnect();
      await new Promise((resolve) => setImmediate(resolve));
      assert.ok(values.every((value) => value !== undefined));
      assert.equal(warnings.length, 1, warnings.join("\n"));
      assert.match(warnings[0]!, /^The mocks of this test return no .* Use evaluate\(\) .*docs\/unit-tests\.md\)\.$/);
    });
  }

  it("are not warned about where the mocks return what AWS does", async () => {
    await Recorder.install({ project: "shop", stack: "dev" });
    program();
    await pulumi.runtime.disconnect();
    assert.deepEqual(warnings, []);
  });
});

describe("docs/unit-tests.md", () => {
  it("shows a test that runs", () => {
    const [, shown] = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(checkout, "docs/unit-tests.md"), "utf8"))!;
    const test = readFileSync(join(checkout, "test/guides/unit-tests.spec.ts"), "utf8");
    assert.equal(shown, test.replaceAll('"../../', '"./'));
  });
});

describe("a value that a provider did not return", () => {
  it("is an error where there are no mocks", () => {
    pulumi.runtime.resetOptions("shop", "dev", -1, "", "", false, "");
    assert.throws(() => orMocked(undefined, "ARN", "arn:mocked"), /^Error: The provider returned no ARN\.$/);
    assert.equal(orMocked("arn:aws:s3:::shop", "ARN", "arn:mocked"), "arn:aws:s3:::shop");
  });
});
