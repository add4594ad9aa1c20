import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { parse } from "yaml";
import { InvalidInput } from "../components";
import { longestNameLength, nameProblems } from "../components/limits";
import { shortName } from "../settings/short-name";
import { schema } from "../settings/schema";
import { stacksDirectory } from "./support/checkout";
import { devGraph, refusal } from "./support/graph";

const repository = { githubRepository: "example-org/example-app" };

/** What is refused of these settings, `path: message` a line. */
async function refused(settings: Record<string, unknown>, project?: string): Promise<string[]> {
  const { error, registered } = await refusal({ ...repository, ...settings }, undefined, project);
  assert.ok(error instanceof InvalidInput, `nothing was refused: ${String(error)}`);
  assert.deepEqual(registered, [], "something was registered");
  return error.problems.map(({ path, message }) => `${path}: ${message}`);
}

describe("the settings", () => {
  it("are read from the stack's file", async () => {
    const written = parse(readFileSync(join(stacksDirectory, "Pulumi.dev.yaml"), "utf8")) as {
      config: Record<string, unknown>;
    };
    const names = Object.keys(written.config).filter((key) => key.startsWith("greenlight:"));
    for (const name of names) assert.ok(name.slice("greenlight:".length) in schema.shape, name);
    const { recorder } = await devGraph();
    const { cpu, memory } = recorder.find("aws:ecs/taskDefinition:TaskDefinition").inputs;
    assert.deepEqual(
      [cpu, memory],
      [written.config["greenlight:cpu"], written.config["greenlight:memoryMiB"]].map(String),
    );
    const { desiredCount } = recorder.find("aws:ecs/service:Service").inputs;
    assert.equal(desiredCount, written.config["greenlight:desiredCount"]);
  });

  it("need the GitHub repository and nothing else", async () => {
    assert.equal((await refusal(repository)).error, undefined);
    const { error } = await refusal({});
    assert.equal(
      error!.message,
      "Pulumi.dev.yaml: 1 problem\n  githubRepository: is missing; expected the GitHub repository as owner/name",
    );
  });

  it("take text that looks like a number or JSON where text is meant", async () => {
    const settings = { ...repository, branch: "1.0", sourceDirectory: "2024", environment: { A: "1", B: "true" } };
    assert.equal((await refusal(settings)).error, undefined);
  });
});

describe("bad settings, of types and of meaning", () => {
  it("are reported all together before anything is registered", async () => {
    const problems = await refused({
      appDirectory: "./nowhere",
      name: "a-name-that-is-too-long",
      githubRepository: "https://github.com/example-org/example-app",
      cpu: 256,
      memoryMiB: 4096,
      productionPort: 8080,
      testPort: 8080,
      waitMinutes: 14,
      terminationWaitMinutes: 2881,
      healthCheck: { timeoutSeconds: 30 },
      vpcId: "vpc-1",
      alarmNames: Array.from({ length: 11 }, (_, index) => `alarm-${index}`),
      logRetentionDays: 31,
      desiredCount: 0,
      templateInRepository: "perhaps",
      testCidrs: ["203.0.113.1"],
      checks: [{ path: "status", expectStatus: 99, retries: 3 }],
      colour: "green",
    });
    assert.deepEqual(problems.map((problem) => problem.split(": ")[0]).sort(), [
      "alarmNames",
      "appDirectory",
      "checks[0].expectStatus",
      "checks[0].path",
      "checks[0].retries",
      "colour",
      "desiredCount",
      "githubRepository",
      "healthCheck.timeoutSeconds",
      "logRetentionDays",
      "memoryMiB",
      "name",
      "privateSubnetIds",
      "publicSubnetIds",
      "templateInRepository",
      "terminationWaitMinutes",
      "testCidrs[0]",
      "testPort",
      "waitMinutes",
    ]);
  });

  const examples: [string, Record<string, unknown>, RegExp][] = [
    ["equal ports", { testPort: 8080 }, /^testPort: is 8080, as productionPort is;.* choose another\.$/],
    ["a port that is none", { containerPort: 65536 }, /^containerPort: .*65535/],
    ["CPU that Fargate lacks", { cpu: 300 }, /^cpu: Fargate has no size of 300 units; choose 256, 512, /],
    ["memory that Fargate does not pair", { memoryMiB: 4096 }, /^memoryMiB: .*4096 MiB with 256.*512, 1024, 2048\.$/],
    ["memory between steps", { cpu: 8192, memoryMiB: 17000 }, /^memoryMiB: .*16384 to 61440, in steps of 4096\.$/],
    [
      "a name too long",
      { name: "a".repeat(19) },
      /^name: .*19 characters;.*32 characters, 18 of them.*shorter name\.$/,
    ],
    ["a name that AWS refuses", { name: "Shop_1" }, /^name: "Shop_1" is not a name that AWS takes everywhere/],
    ["a wait beyond Lambda's", { waitMinutes: 14 }, /^waitMinutes: is 14; .*15 minutes, so 0 to 13\. For a longer/],
    ["an approval without time", { trafficShift: "approval", waitMinutes: 0 }, /^waitMinutes: is 0; .*1 to 2880/],
    ["an approval too late", { trafficShift: "approval", waitMinutes: 2881 }, /^waitMinutes: is 2881; .*1 to 2880/],
    ["a blue that stays too long", { terminationWaitMinutes: 2881 }, /^terminationWaitMinutes: is 2881; .*2880\.$/],
    [
      "an unknown setting",
      { desiredcount: 2 },
      /^desiredcount: is not a setting; docs\/settings\.md lists them all\.$/,
    ],
    ["an unknown part", { healthCheck: { port: 1 } }, /^healthCheck\.port: is not a setting;/],
    ["text for a number", { cpu: "lots" }, /^cpu: is the text "lots"; expected a number\.$/],
    ["a fraction", { cpu: 256.5 }, /^cpu: is the number 256\.5; expected a whole number\.$/],
    [
      "text for yes or no",
      { templateInRepository: "yes" },
      /^templateInRepository: is the text "yes"; expected true or false\.$/,
    ],
    ["a folder without Dockerfile", { appDirectory: "./docs" }, /^appDirectory: \.\/docs has no Dockerfile; /],
    [
      "a bad CIDR block",
      { productionCidrs: ["all"] },
      /^productionCidrs\[0\]: is not a CIDR block; expected one like /,
    ],
    [
      "an address in place of its block",
      { testCidrs: ["198.51.100.0/22", "203.0.113.77/28", "2001:db8::/32", "192.0.2.1/32"] },
      /^testCidrs\[1\]: is an address within a block; expected the block's own, 203\.0\.113\.64\/28, or the address alone, 203\.0\.113\.77\/32\.$/,
    ],
    [
      "an app outside of its repository",
      { sourceDirectory: "/app" },
      /^sourceDirectory: "\/app" is not in the repository; expected /,
    ],
    [
      "an app's folder that begins with a hyphen",
      { sourceDirectory: "-shop" },
      /^sourceDirectory: "-shop" would be read as an option of docker build\. Write "\.\/-shop"\.$/,
    ],
    [
      "a window's time zone that AWS does not read",
      { deploymentWindow: { cron: "* * 9-16 ? * MON-THU *", timeZone: "+05:30" } },
      /^deploymentWindow\.timeZone: "\+05:30" is not a time zone that CodePipeline reads; .*Europe\/Berlin/,
    ],
    [
      "half a network",
      { vpcId: "vpc-1", publicSubnetIds: ["subnet-1", "subnet-2"] },
      /^privateSubnetIds: is missing; /,
    ],
    [
      "a repository's address",
      { githubRepository: "a/b/c" },
      /^githubRepository: is "a\/b\/c"; expected a GitHub repository as owner\/name\.$/,
    ],
    [
      "another kind of ARN",
      { connectionArn: "arn:aws:s3:::b" },
      /^connectionArn: is "arn:aws:s3:::b"; expected the ARN of a connection, arn:aws:codeconnections:/,
    ],
    ["no checks", { checks: [] }, /^checks: /],
    [
      "a check's bad pattern",
      { checks: [{ path: "/", expectBodyMatches: "(" }] },
      /expectBodyMatches: is "\("; expected a regular expression\.$/,
    ],
    [
      "a header that cannot be sent",
      { checks: [{ path: "/", headers: { "a b": "c" } }] },
      /^checks\[0\]\.headers: is /,
    ],
    [
      "a health check too slow",
      { healthCheck: { timeoutSeconds: 30 } },
      /^healthCheck\.timeoutSeconds: must be shorter/,
    ],
    [
      "a bad matcher",
      { healthCheck: { matcher: "2xx" } },
      /^healthCheck\.matcher: is "2xx"; expected statuses like 200-299/,
    ],
    [
      "too many alarms",
      { alarmNames: Array.from({ length: 11 }, (_, index) => `alarm-${index}`) },
      /^alarmNames: has 11; a deployment group takes at most 10/,
    ],
    ["an alarm twice", { alarmNames: ["errors", "errors"] }, /^alarmNames\[1\]: "errors" is listed twice\.$/],
    ["a block of too many bits", { testCidrs: ["10.0.0.0/33"] }, /^testCidrs\[0\]: is not a CIDR block/],
    ["no tasks at all", { desiredCount: 0 }, /^desiredCount: is 0; expected 1 to 5000\.$/],
    [
      "the port in the environment",
      { environment: { PORT: "80" } },
      /^environment\.PORT: .*which is containerPort; say it there\.$/,
    ],
    [
      "statuses that no load balancer takes for healthy",
      { healthCheck: { matcher: "500-599" } },
      /^healthCheck\.matcher: .*from 200 to 499/,
    ],
    [
      "statuses the wrong way round",
      { healthCheck: { matcher: "299-200" } },
      /^healthCheck\.matcher: is "299-200"; .*expected statuses like/,
    ],
    [
      "a configuration that CodeDeploy has not",
      { deploymentConfigName: "CodeDeployDefault.LambdaAllAtOnce" },
      /^deploymentConfigName: .* is none of CodeDeploy's for ECS, which are CodeDeployDefault\.ECSAllAtOnce, /,
    ],
    ["another retention", { logRetentionDays: 31 }, /^logRetentionDays: CloudWatch Logs cannot keep logs for 31 days/],
  ];
  for (const [what, settings, expected] of examples) {
    it(`tell what is wrong with ${what}, and nothing more`, async () => {
      const problems = await refused(settings);
      assert.equal(problems.length, 1, problems.join("\n"));
      assert.match(problems[0]!, expected);
    });
  }

  it("are not judged by others that cannot be read", async () => {
    const problems = await refused({
      cpu: "lots",
      memoryMiB: 8192,
      productionPort: "http",
      testPort: 8080,
      trafficShift: "person",
      waitMinutes: 60,
    });
    assert.deepEqual(problems.map((problem) => problem.split(": ")[0]).sort(), [
      "cpu",
      "productionPort",
      "trafficShift",
    ]);
  });

  it("are told from those under a renamed project's own name, which are not read", async () => {
    assert.deepEqual(await refused({ "shop:cpu": "512", "shop:own": "1" }, "shop"), [
      "shop:cpu: is not read; write greenlight:cpu.",
    ]);
  });
});

describe("the name that a stack is given", () => {
  it("is its project's and its own where that fits", () => {
    assert.equal(shortName("greenlight-dev"), "greenlight-dev");
  });

  it("is shortened where it is too long, and two stay two", () => {
    const [one, other] = [shortName("a-very-long-project-name-dev"), shortName("a-very-long-project-name-prod")];
    assert.notEqual(one, other);
    for (const name of [one, other]) assert.match(name, /^a-very-long-[0-9a-f]{6}$/);
  });

  it("is one that AWS takes everywhere, whatever project and stack are called", () => {
    const name = fc.stringMatching(/^[A-Za-z0-9_.-]{1,100}$/);
    fc.assert(
      fc.property(name, (text) => {
        assert.deepEqual(nameProblems("name", shortName(text)), []);
        assert.ok(shortName(text).length <= longestNameLength);
      }),
    );
    for (const text of ["internal-dev", "2048-1", "_._", "Shop-dev", "internal-internal-x"])
      assert.deepEqual(nameProblems("name", shortName(text)), [], text);
  });

  it("differs for any two", () => {
    const names = ["Shop-dev", "shop-dev", "shop_dev", "shop.dev", "internal-shop-dev", "1-shop-dev"];
    assert.equal(new Set(names.map(shortName)).size, names.length);
  });
});
