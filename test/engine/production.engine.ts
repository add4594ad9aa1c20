import * as assert from "node:assert/strict";
import { unzipSync } from "fflate";
import { shortName } from "../../settings/short-name";
import { Cloud, type Thing } from "./cloud/cloud";
import { release } from "./cloud/code-deploy";
import { graphUnderMocks, normalized } from "./support/recorded";
import { Stack } from "./support/stack";

const secret = "correct-horse-battery-staple";
const apiKeyArn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:api-key-AbCdEf";
const service = "aws:ecs/service:Service";
const template = "aws:s3/bucketObjectv2:BucketObjectv2";
const physicalNames = ["name", "bucket", "arn", "family", "dnsName", "repositoryUrl"];

describe("a production stack, in an account with a network and another stack", function () {
  const cloud = new Cloud();
  const { vpcId, subnetIds } = existingNetwork(cloud);
  let production: Stack;
  let staging: Stack;

  before(async () => {
    production = await Stack.create({
      cloud,
      stack: "production",
      config: {
        "aws:region": "eu-central-1",
        "greenlight:githubRepository": "example-org/example-app",
        "greenlight:firstImage": "public.ecr.aws/docker/library/httpd:2.4",
        "greenlight:trafficShift": "approval",
        "greenlight:waitMinutes": 60,
        "greenlight:deletionProtection": true,
        "greenlight:alarmNames": ["errors"],
        "greenlight:vpcId": vpcId,
        "greenlight:publicSubnetIds": subnetIds.slice(0, 2),
        "greenlight:privateSubnetIds": subnetIds.slice(2, 4),
        "greenlight:environment": { GREETING: "hello" },
        "greenlight:linear": { percent: 25, minutes: 2 },
        "greenlight:loadBalancer": { accessLogs: {} },
        "greenlight:stickiness": { seconds: 60 },
        "greenlight:secrets": { API_KEY: apiKeyArn },
        "greenlight:taskPolicyArns": ["arn:aws:iam::123456789012:policy/orders-table"],
        "greenlight:autoscaling": { minimum: 1, maximum: 6, cpuPercent: 60, memoryPercent: 75 },
      },
    });
    staging = await Stack.create({ cloud, stack: "staging", config: { ...stagingConfig(vpcId, subnetIds) } });
  });
  after(async () => {
    await production?.close();
    await staging?.close();
  });

  it("is created by the second `up` where AWS refused something half way through the first", async () => {
    await production.pulumi("config", "set", "--secret", "--path", "greenlight:environment.TOKEN", secret);
    cloud.refuseNext("aws:lb/listener:Listener", "ThrottlingException: Rate exceeded");
    const failed = await production.tryUp("a listener is refused");
    assert.notEqual(failed.exitCode, 0);
    assert.match(failed.stdout + failed.stderr, /ThrottlingException: Rate exceeded/);
    const { steps } = await production.up("after the failure");
    assert.ok(steps.every(({ op }) => op === "create"));
    assert.equal(cloud.all("aws:lb/listener:Listener").length, 2);
  });

  it("has in its state what mocks record of it, input by input", async () => {
    const engine = normalized(await production.resources());
    const mocks = normalized(await graphUnderMocks(production));
    assert.deepEqual(Object.keys(engine).sort(), Object.keys(mocks).sort());
    // Without its passphrase mocks cannot read the stack's secret, and say so in its place.
    const readable = (inputs: unknown) => JSON.parse(JSON.stringify(inputs).replaceAll(secret, "secret")) as unknown;
    for (const [resource, inputs] of Object.entries(mocks)) {
      assert.deepEqual(readable(engine[resource]), readable(inputs), resource);
    }
  });

  it("shares no physical name with another stack of the project", async () => {
    const before = cloud.all();
    await staging.up("beside production");
    const own = namesOf(before);
    const others = namesOf(cloud.all().filter((thing) => !before.includes(thing)));
    assert.deepEqual(
      [...own].filter((name) => others.has(name)),
      [],
    );
  });

  it("makes of other subnets one release template, tells the hook, and touches nothing live", async () => {
    const [calls, starts] = [cloud.calls.length, cloud.pipelineStarts.length];
    await production.configure({ "greenlight:privateSubnetIds": subnetIds.slice(4, 6) });
    await production.up("other subnets");
    assert.deepEqual(
      cloud.calls
        .slice(calls)
        .map(({ operation, type, changed }) => [operation, type, changed])
        .sort(),
      [
        ["update", "aws:lambda/function:Function", ["vpcConfig"]],
        ["update", template, ["contentBase64"]],
      ],
    );
    assert.equal(cloud.pipelineStarts.length, starts + 1);
  });

  it("leaves a count that was scaled alone, after a release, before and after a refresh", async () => {
    const name = shortName("greenlight-production");
    const live = cloud.all(service).find((thing) => thing.name === name)!;
    release(cloud, String(live.properties.name));
    live.properties.desiredCount = 4;
    const calls = cloud.calls.length;
    assert.deepEqual((await production.up("released and scaled out")).steps, []);
    await production.refresh("released and scaled out");
    assert.deepEqual((await production.up("refreshed")).steps, []);
    assert.equal(live.properties.desiredCount, 4);
    assert.equal(cloud.calls.length, calls);
  });

  it("makes of another pace of the shift another deployment configuration, before the old one goes", async () => {
    const calls = cloud.calls.length;
    await production.configure({ "greenlight:linear": { percent: 20, minutes: 3 } });
    await production.up("another pace");
    const config = "aws:codedeploy/deploymentConfig:DeploymentConfig";
    assert.deepEqual(
      cloud.calls.slice(calls).map(({ operation, type }) => `${operation} ${type.split(":").at(-1)}`),
      ["create DeploymentConfig", "update DeploymentGroup", "update RolePolicy", "delete DeploymentConfig"],
    );
    const [only, ...others] = cloud.all(config);
    assert.match(String(only!.properties.deploymentConfigName), /-linear-20-percent-3-minutes$/);
    assert.deepEqual(others, []);
  });

  it("makes of Spot capacity one release template, and of none another, and touches neither the live service nor its cluster", async () => {
    const spot = [
      { name: "FARGATE", weight: 1, base: 1 },
      { name: "FARGATE_SPOT", weight: 3 },
    ];
    for (const capacityProviders of [spot, []]) {
      const calls = cloud.calls.length;
      await production.configure({ "greenlight:capacityProviders": capacityProviders });
      await production.up(capacityProviders.length > 0 ? "Spot" : "no Spot");
      assert.deepEqual(
        cloud.calls.slice(calls).map(({ operation, type, changed }) => [operation, type, changed]),
        [["update", template, ["contentBase64"]]],
      );
    }
  });

  it("turns off what is taken out of its settings: access logs, with their bucket, and stickiness", async () => {
    const loadBalancer = () => cloud.all("aws:lb/loadBalancer:LoadBalancer").find(({ name }) => name === live.name)!;
    const sticky = () =>
      cloud
        .all("aws:lb/targetGroup:TargetGroup")
        .filter(({ name }) => name.startsWith(`${live.name}-`))
        .map(({ properties }) => (properties.stickiness as { enabled: boolean }).enabled);
    const logs = () => (loadBalancer().properties.accessLogs as { enabled: boolean }).enabled;
    const live = cloud.all(service).find(({ name }) => name === shortName("greenlight-production"))!;
    assert.deepEqual([logs(), ...sticky()], [true, true, true]);
    await production.configure({ "greenlight:loadBalancer": {}, "greenlight:stickiness": undefined });
    await production.up("without logs and stickiness");
    assert.deepEqual([logs(), ...sticky()], [false, false, false]);
  });

  it("makes of another port of the container one release template and touches nothing live", async () => {
    const calls = cloud.calls.length;
    await production.configure({ "greenlight:containerPort": 4000 });
    await production.up("another port");
    assert.deepEqual(
      cloud.calls.slice(calls).map(({ operation, type, changed }) => [operation, type, changed]),
      [["update", template, ["contentBase64"]]],
    );
  });

  it("names a secret of Secrets Manager in the release and in the first revision, and never has its value", () => {
    const released = cloud
      .all(template)
      .map(({ properties }) => filesOf(String(properties.contentBase64))["taskdef.json"]);
    const reference = { name: "API_KEY", valueFrom: apiKeyArn };
    assert.ok(released.some((text) => text?.includes(JSON.stringify(reference.valueFrom))));
    const first = cloud.all("aws:ecs/taskDefinition:TaskDefinition").map(({ properties }) => properties);
    const containers = first.flatMap(
      ({ containerDefinitions }) => JSON.parse(String(containerDefinitions)) as { secrets?: unknown[] }[],
    );
    assert.ok(containers.some(({ secrets }) => JSON.stringify(secrets) === JSON.stringify([reference])));
  });

  it("keeps a secret of its settings out of state, outputs, buildspec and logs", async () => {
    const texts = {
      export: await production.exported(),
      state: await production.stateAtRest(),
      outputs: await production.pulumi("stack", "output", "--json"),
      buildspec: JSON.stringify(cloud.all("aws:codebuild/project:Project")),
      logs: production.printed.join("\n"),
    };
    for (const [where, text] of Object.entries(texts)) assert.deepEqual(whereInPlainText(text), [], where);
    // The release itself has it, as ECS's task definition must.
    const released = cloud.all(template).map(({ properties }) => String(properties.contentBase64));
    assert.deepEqual(whereInPlainText(released.join(" ")), ["taskdef.json"]);
  });

  it("is not put into another cluster while it is protected, which would be another service in place of the live one", async () => {
    const { arn } = cloud.create("aws:ecs/cluster:Cluster", "other", {}).properties;
    await production.configure({ "greenlight:clusterArn": arn });
    await assert.rejects(
      production.preview("another cluster"),
      /[Uu]nable to replace resource "[^"]*aws:ecs\/service:Service::/,
    );
    await production.configure({ "greenlight:clusterArn": undefined });
  });

  it("is not destroyed while it is protected", async () => {
    const calls = cloud.calls.length;
    const { exitCode, stdout, stderr } = await production.destroy("protected");
    assert.notEqual(exitCode, 0);
    assert.match(stdout + stderr, /protect/);
    assert.equal(cloud.calls.length, calls);
  });

  it("is destroyed once the protection is lifted, and leaves the network and the other stack", async () => {
    await production.configure({ "greenlight:deletionProtection": false });
    const { steps } = await production.up("protection lifted");
    assert.deepEqual(steps.map(({ op, type }) => `${op} ${type}`).sort(), [
      "update aws:ecr/repository:Repository",
      "update aws:lb/loadBalancer:LoadBalancer",
    ]);
    const { exitCode, stdout, stderr } = await production.destroy("unprotected");
    assert.equal(exitCode, 0, stdout + stderr);
    assert.deepEqual(await production.resources(), []);
    const left = cloud.all().filter(({ name }) => name.startsWith(shortName("greenlight-production")));
    // The revision that the stack was born with, and that of the release.
    assert.deepEqual([...new Set(left.map(({ type }) => type))], ["aws:ecs/taskDefinition:TaskDefinition"]);
    assert.equal(cloud.all("aws:ec2/subnet:Subnet").length, subnetIds.length);
    assert.equal(cloud.all("aws:ecs/service:Service").length, 1);
  });
});

function existingNetwork(cloud: Cloud): { vpcId: string; subnetIds: string[] } {
  const vpcId = cloud.create("aws:ec2/vpc:Vpc", "existing", { cidrBlock: "10.0.0.0/16" }).id;
  const subnet = (index: number) => ({ vpcId, cidrBlock: `10.0.${index}.0/24` });
  const subnets = [0, 1, 2, 3, 4, 5].map((index) => cloud.create("aws:ec2/subnet:Subnet", "existing", subnet(index)));
  return { vpcId, subnetIds: subnets.map(({ id }) => id) };
}

function stagingConfig(vpcId: string, subnetIds: readonly string[]): Record<string, unknown> {
  return {
    "aws:region": "eu-central-1",
    "greenlight:githubRepository": "example-org/example-app",
    "greenlight:firstImage": "public.ecr.aws/docker/library/httpd:2.4",
    "greenlight:vpcId": vpcId,
    "greenlight:publicSubnetIds": subnetIds.slice(0, 2),
    "greenlight:privateSubnetIds": subnetIds.slice(2, 4),
  };
}

function namesOf(things: readonly Thing[]): Set<unknown> {
  const names = things.flatMap(({ type, properties }) => physicalNames.map((key) => [type, key, properties[key]]));
  // An existing network is everybody's.
  const own = names.filter(([type, , name]) => name !== undefined && !String(type).startsWith("aws:ec2/"));
  return new Set(own.map(([, , name]) => name));
}

function filesOf(zip: string): Record<string, string> {
  const files = Object.entries(unzipSync(Buffer.from(zip, "base64")));
  return Object.fromEntries(files.map(([name, bytes]) => [name, Buffer.from(bytes).toString()]));
}

/** Where the secret is to be read: in the text, in its base64, or in a file of a zip in base64 within it. */
function whereInPlainText(text: string): string[] {
  const encoded = Buffer.from(secret).toString("base64").replace(/=+$/, "");
  const zips = [...text.matchAll(/UEsD[A-Za-z0-9+/=]+/g)].map(([zip]) => unzipSync(Buffer.from(zip, "base64")));
  const files = zips.flatMap((zip) => Object.entries(zip));
  return [
    ...(text.includes(secret) ? ["text"] : []),
    ...(text.includes(encoded) ? ["base64"] : []),
    ...files.filter(([, bytes]) => Buffer.from(bytes).includes(secret)).map(([name]) => name),
  ];
}
