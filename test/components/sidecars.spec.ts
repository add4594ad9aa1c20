import assert from "node:assert/strict";
import { InvalidInput } from "../../components";
import { containers, log } from "../support/containers";
import { devGraph, its, refusal, statements } from "../support/graph";

const parameter = "arn:aws:ssm:eu-central-1:123456789012:parameter/shop/token";

describe("sidecars", () => {
  it("run beside the app in every revision, with variables and secrets of their own", async () => {
    const cache = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/cache:7";
    const graph = await devGraph({
      container: { dependsOn: [{ container: "cache", condition: "HEALTHY" }] },
      sidecars: [
        {
          name: "cache",
          image: cache,
          cpu: 64,
          memoryMiB: 128,
          ports: [6379],
          environment: { MODE: "lru" },
          secrets: { TOKEN: parameter },
          healthCheck: { command: ["CMD", "cache-cli", "ping"], intervalSeconds: 5, retries: 2 },
        },
        {
          name: "migrate",
          image: "shop/migrate:1",
          essential: false,
          dependsOn: [{ container: "app", condition: "START" }],
        },
      ],
    });
    const [app, first, second] = containers(graph);
    assert.deepEqual(app!.dependsOn, [{ containerName: "cache", condition: "HEALTHY" }]);
    assert.deepEqual(first, {
      name: "cache",
      image: cache,
      essential: true,
      cpu: 64,
      memory: 128,
      portMappings: [{ containerPort: 6379, protocol: "tcp" }],
      environment: [{ name: "MODE", value: "lru" }],
      secrets: [{ name: "TOKEN", valueFrom: parameter }],
      healthCheck: { command: ["CMD", "cache-cli", "ping"], interval: 5, timeout: 5, retries: 2, startPeriod: 0 },
      logConfiguration: log(graph, "cache"),
    });
    assert.deepEqual(second, {
      name: "migrate",
      image: "shop/migrate:1",
      essential: false,
      portMappings: [],
      environment: [],
      dependsOn: [{ containerName: "greenlight-dev", condition: "START" }],
      logConfiguration: log(graph, "migrate"),
    });
    const granted = statements(graph, "-execution").map(({ Action, Resource }) => [Action, Resource]);
    assert.deepEqual(granted[1], [
      ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
      [
        its(graph, "aws:ecr/repository:Repository", "", "arn"),
        "arn:aws:ecr:eu-central-1:123456789012:repository/cache",
      ],
    ]);
    assert.deepEqual(granted.at(-1), [["ssm:GetParameters"], [parameter]]);
  });

  it("are refused where ECS would refuse them, or the task could never start, all at once", async () => {
    const { error, registered } = await refusal({
      githubRepository: "a/b",
      container: {
        dependsOn: [{ container: "nobody", condition: "START" }],
        tmpfs: [
          { containerPath: "tmp", sizeMiB: 0 },
          { containerPath: "/tmp,exec", sizeMiB: 1 },
        ],
      },
      sidecars: [
        { name: "app", image: "x", stopTimeoutSeconds: 121 },
        { name: "twin", image: "x", ports: [3000], cpu: 256, memoryMiB: 512 },
        { name: "twin", image: "x", secrets: { TOKEN: "hunter2" }, dropCapabilities: ["FLY"], user: "a b" },
        { name: "late", image: "x", dependsOn: [{ container: "twin", condition: "SUCCESS" }] },
      ],
      ephemeralStorageGiB: 20,
      efsVolumes: [{ name: "v", fileSystemId: "fs", accessPointId: "fsap", containerPath: "/" }],
    });
    assert.ok(error instanceof InvalidInput);
    assert.deepEqual(error.problems.map(({ path }) => path).sort(), [
      "container.dependsOn[0]",
      "container.tmpfs[0].containerPath",
      "container.tmpfs[0].sizeMiB",
      "container.tmpfs[1].containerPath",
      "efsVolumes[0].accessPointId",
      "efsVolumes[0].containerPath",
      "efsVolumes[0].fileSystemId",
      "ephemeralStorageGiB",
      "memoryMiB",
      "sidecars",
      "sidecars[0].name",
      "sidecars[0].stopTimeoutSeconds",
      "sidecars[1].ports",
      "sidecars[2].dropCapabilities",
      "sidecars[2].name",
      "sidecars[2].secrets.TOKEN",
      "sidecars[2].user",
      "sidecars[3].dependsOn[0]",
    ]);
    assert.deepEqual(registered, []);
  });

  it("are refused when they wait for each other in a circle, or carry the app's own name", async () => {
    const waits = (name: string, container: string) => ({
      name,
      image: "x",
      dependsOn: [{ container, condition: "START" }],
    });
    const circle = await refusal({ githubRepository: "a/b", sidecars: [waits("one", "two"), waits("two", "one")] });
    assert.deepEqual(circle.paths, ["sidecars[0].dependsOn"]);
    const named = await refusal({ githubRepository: "a/b", name: "shop", sidecars: [{ name: "shop", image: "x" }] });
    assert.match(named.error!.message, /sidecars\[0\]\.name: "shop" is the name of the app's own container/);
  });
});

describe("a log router", () => {
  it("takes the output of every other container to the service's log group, and may write there", async () => {
    const graph = await devGraph({ logRouter: {}, sidecars: [{ name: "proxy", image: "x" }] });
    const logGroup = graph.recorder.find("aws:cloudwatch/logGroup:LogGroup", "greenlight-dev").outputs;
    const [app, proxy, router] = containers(graph);
    const routed = (container: string) => ({
      logDriver: "awsfirelens",
      options: {
        Name: "cloudwatch_logs",
        region: "eu-central-1",
        log_group_name: logGroup.name,
        log_stream_prefix: `${container}/`,
        auto_create_group: "false",
      },
    });
    assert.deepEqual(app!.logConfiguration, routed("greenlight-dev"));
    assert.deepEqual(proxy!.logConfiguration, routed("proxy"));
    assert.match(String(router!.image), /^public\.ecr\.aws\/aws-observability\/aws-for-fluent-bit:\d/);
    assert.deepEqual(
      [router!.name, router!.essential, router!.firelensConfiguration, router!.logConfiguration],
      [
        "log-router",
        true,
        { type: "fluentbit", options: { "enable-ecs-log-metadata": "true" } },
        log(graph, "log-router"),
      ],
    );
    assert.deepEqual(
      statements(graph, "-task").map(({ Action, Resource }) => [Action, Resource]),
      [[["logs:CreateLogStream", "logs:PutLogEvents"], [`${String(logGroup.arn)}:log-stream:*`]]],
    );
  });

  it("sends them elsewhere, with a key that ECS reads, and then may write nothing in AWS", async () => {
    const graph = await devGraph({
      logRouter: { options: { Name: "datadog", TLS: "on" }, secretOptions: { apikey: parameter } },
    });
    assert.deepEqual(containers(graph)[0]!.logConfiguration, {
      logDriver: "awsfirelens",
      options: { Name: "datadog", TLS: "on" },
      secretOptions: [{ name: "apikey", valueFrom: parameter }],
    });
    assert.deepEqual(statements(graph, "-task"), []);
    assert.deepEqual(statements(graph, "-execution").at(-1)!.Resource, [parameter]);
  });

  it("is refused without a destination's name", async () => {
    const refused = await refusal({ githubRepository: "a/b", logRouter: { options: { TLS: "on" } } });
    assert.deepEqual(refused.paths, ["logRouter.options"]);
  });
});

describe("a collector of traces and metrics", () => {
  it("listens beside the app, which is told where, and writes to X-Ray and one log group", async () => {
    const graph = await devGraph({ openTelemetry: {}, environment: { OTEL_SERVICE_NAME: "shop" } });
    const [app, collector] = containers(graph);
    assert.deepEqual(app!.environment, [
      { name: "PORT", value: "3000" },
      { name: "OTEL_EXPORTER_OTLP_ENDPOINT", value: "http://localhost:4318" },
      { name: "OTEL_SERVICE_NAME", value: "shop" },
    ]);
    const metrics = graph.recorder.find("aws:cloudwatch/logGroup:LogGroup", "-metrics").outputs;
    assert.deepEqual([collector!.name, collector!.essential], ["otel-collector", false]);
    const [{ name, value } = { name: "", value: "" }] = collector!.environment as { name: string; value: string }[];
    assert.equal(name, "AOT_CONFIG_CONTENT");
    const { exporters } = JSON.parse(value) as { exporters: unknown };
    assert.deepEqual(exporters, {
      awsxray: { region: "eu-central-1" },
      awsemf: { region: "eu-central-1", namespace: "greenlight-dev", log_group_name: metrics.name },
    });
    assert.deepEqual(
      statements(graph, "-task").map(({ Action, Resource }) => [Action, Resource]),
      [
        [["xray:PutTraceSegments"], ["*"]],
        [["logs:CreateLogStream", "logs:PutLogEvents"], [`${String(metrics.arn)}:log-stream:*`]],
      ],
    );
  });

  it("takes a configuration of the stack's own, and is then granted nothing", async () => {
    const graph = await devGraph({ openTelemetry: { config: "receivers: {}" } });
    const [, collector] = containers(graph);
    assert.deepEqual(collector!.environment, [{ name: "AOT_CONFIG_CONTENT", value: "receivers: {}" }]);
    assert.deepEqual(statements(graph, "-task"), []);
  });
});
