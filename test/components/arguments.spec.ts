import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { BlueGreenEcsService, DeployPipeline, GreenTestHook, InvalidInput } from "../../components";
import { evaluate } from "../../rehearsal/graph/evaluate";
import { codeFiles, refusal, releaseTemplate } from "../support/graph";

const network = { vpcId: "vpc-1", publicSubnetIds: ["subnet-1", "subnet-2"], privateSubnetIds: ["subnet-3"] };
const given = { network, image: "app:1", repositoryArn: "arn:aws:ecr:eu-central-1:123456789012:repository/app" };
const nothing = undefined as never;
/** All of a service that its hook's and its pipeline's arguments are judged by. */
const service = { controller: { type: "CODE_DEPLOY" }, loadBalancer: {}, cpuArchitecture: "X86_64" } as never;

describe("a component's wrong arguments", () => {
  it("are all named in one error, before a service's first resource", async () => {
    const { error, paths, registered } = await refusal({}, () => {
      new BlueGreenEcsService("a-name-that-is-too-long", {
        ...given,
        cpu: 256,
        memoryMiB: 4096,
        productionPort: 80,
        testPort: 80,
        terminationWaitMinutes: 2881,
        approvalWaitMinutes: 0,
        alarmNames: Array.from({ length: 11 }, (_, index) => `alarm-${index}`),
        logRetentionDays: 31,
        healthCheck: { intervalSeconds: 10 },
      });
    });
    assert.ok(error instanceof InvalidInput);
    assert.deepEqual(paths, [
      "name",
      "memoryMiB",
      "testPort",
      "logRetentionDays",
      "terminationWaitMinutes",
      "approvalWaitMinutes",
      "alarmNames",
      "healthCheck.timeoutSeconds",
    ]);
    assert.match(error.message, /^BlueGreenEcsService "a-name-that-is-too-long": 8 problems\n {2}name: /);
    assert.deepEqual(registered, []);
  });

  it("are judged as settings are, whoever gives them", async () => {
    const { paths, registered } = await refusal({}, () => {
      new BlueGreenEcsService("app", {
        ...given,
        network: { ...network, publicSubnetIds: ["subnet-1", "subnet-1"] },
        desiredCount: 0,
        containerPort: 70_000,
        testPort: 70_000,
        testCidrs: ["everyone"],
        healthCheck: { path: "health", unhealthyThreshold: 1 },
        healthCheckGracePeriodSeconds: -1,
        deregistrationDelaySeconds: 3601,
        autoscaling: { minimum: 0, maximum: 5001, cpuPercent: 0, requestsPerTask: 0, scaleInCooldownSeconds: -1 },
        capacityProviders: [{ name: "FARGATE", weight: 1001, base: -1 }],
        sidecars: [{ name: "proxy", image: "nginx:1", cpu: 0, memoryMiB: 5, ports: [0] }],
        https: { domainName: "app.example.com", zoneId: "Z1", redirectPort: 0 },
        loadBalancer: { accessLogs: { keepDays: 0 } },
      });
    });
    assert.deepEqual(
      [...paths].sort(),
      [
        "autoscaling.cpuPercent",
        "autoscaling.maximum",
        "autoscaling.minimum",
        "autoscaling.requestsPerTask",
        "autoscaling.scaleInCooldownSeconds",
        "capacityProviders[0].base",
        "capacityProviders[0].weight",
        "containerPort",
        "deregistrationDelaySeconds",
        "healthCheck.path",
        "healthCheck.unhealthyThreshold",
        "healthCheckGracePeriodSeconds",
        "desiredCount",
        "https.redirectPort",
        "loadBalancer.accessLogs.keepDays",
        "network.publicSubnetIds",
        "sidecars[0].cpu",
        "sidecars[0].memoryMiB",
        "sidecars[0].ports[0]",
        "testCidrs[0]",
        "testPort",
      ].sort(),
    );
    assert.deepEqual(registered, []);
  });

  it("are named before a hook's first resource", async () => {
    const wrong = { service, waitMinutes: 14, logRetentionDays: 0, checks: [{ path: "/" }, { path: "x" }] };
    const { paths, registered } = await refusal({}, () => new GreenTestHook("test", wrong));
    assert.deepEqual(paths, ["waitMinutes", "checks[1].path", "logRetentionDays"]);
    assert.deepEqual(registered, []);
  });

  it("are named for a hook that would pass anything", async () => {
    const { error } = await refusal({}, () => new GreenTestHook("test", { service, checks: [] }));
    assert.match(error!.message, /checks: is empty; a test without a check would pass anything/);
  });

  it("are named before a pipeline's first resource", async () => {
    const wrong = { service, repository: nothing, githubRepository: "https://github.com/a/b" };
    const { paths, registered } = await refusal({}, () => new DeployPipeline("Shop", wrong));
    assert.deepEqual(paths, ["name", "githubRepository"]);
    assert.deepEqual(registered, []);
  });

  it("may be left undefined, which means the default", async () => {
    const { error } = await refusal({}, () => {
      new BlueGreenEcsService("app", { ...given, cpu: undefined, testPort: undefined, environment: undefined });
    });
    assert.equal(error, undefined);
  });
});

describe("a program of the components alone", () => {
  const file = join(__dirname, "../fixtures/components-only.ts");

  it("is at most 25 lines", () => {
    assert.ok(readFileSync(file, "utf8").trimEnd().split("\n").length <= 25);
  });

  it("makes a service, a hook and a pipeline of their defaults", async () => {
    const graph = await evaluate({ project: "shop", stack: "prod" }, () => {
      delete require.cache[require.resolve(file)];
      // eslint-disable-next-line @typescript-eslint/no-require-imports
      return require(file) as Record<string, unknown>;
    });
    assert.match(String(graph.outputs.url), /^http:\/\/shop-[0-9a-f]{7}-\d+\.eu-central-1\.elb\.amazonaws\.com:8080$/);
    const template = releaseTemplate(graph);
    assert.match(template["taskdef.json"]!, /"name": "DATABASE",\n\s+"value": "orders"/);
    assert.match(template["appspec.yaml"]!, /AfterAllowTestTraffic: shop-test-/);
    const files = await codeFiles(graph.recorder.find("aws:lambda/function:Function"));
    assert.equal(files["config.json"], '{"checks":[{"path":"/","expectBodyContains":"nginx"}],"waitSeconds":300}');
    assert.equal(graph.recorder.all("aws:codepipeline/pipeline:Pipeline").length, 1);
  });
});
