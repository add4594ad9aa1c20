import * as assert from "node:assert/strict";
import { Cloud, type Thing } from "./cloud/cloud";
import { release } from "./cloud/code-deploy";
import { releaseByEcs } from "./cloud/ecs-deployments";
import { Stack } from "./support/stack";

const service = "aws:ecs/service:Service";
const record = "aws:route53/record:Record";
const loadBalancer = "aws:lb/loadBalancer:LoadBalancer";
const certificate = "aws:acm/certificate:Certificate";
const domainName = "app.example.com";

describe("a service that moves back to CodeDeploy by its name, as docs/moving-controllers.md tells", function () {
  const cloud = new Cloud();
  const network = existingNetwork(cloud);
  let old: Stack;
  let back: Stack;

  before(async () => {
    const https = { domainName, zoneId: "Z0123456789" };
    old = await Stack.create({
      cloud,
      stack: "old",
      config: { ...network, "greenlight:controller": "ECS", "greenlight:https": https },
    });
    await old.up("ECS deploys it");
    releaseByEcs(cloud, nameOf("old"));
  });
  after(async () => {
    await old?.close();
    await back?.close();
  });

  it("stands beside the old service with a load balancer of its own, and claims neither its name nor its certificate", async () => {
    const requested = cloud.create(certificate, "requested", { domainName });
    Object.assign(requested.properties, {
      status: "ISSUED",
      notAfter: "2099-12-31T23:59:59Z",
      subjectAlternativeNames: [domainName],
    });
    const before = cloud.all();
    const untouched = JSON.stringify(before);
    const https = { domainName, certificateArn: requested.properties.arn };
    back = await Stack.create({ cloud, stack: "back", config: { ...network, "greenlight:https": https } });
    await back.up("beside it");
    assert.equal(JSON.stringify(before), untouched);
    const made = cloud.all().filter((thing) => !before.includes(thing));
    assert.deepEqual(
      made.filter(({ type }) => type === record || type === certificate),
      [],
    );
    release(cloud, nameOf("back"));
    assert.deepEqual(leadsTo(), [dnsNameOf("old")]);
  });

  it("gets the users by their record, once the old stack has let go of it; that of the certificate it cannot let go of", async () => {
    const urns = (await old.pulumi("stack", "--show-urns")).match(/urn:\S*aws:route53\/record:Record::\S+/g) ?? [];
    const [alias, validation] = [
      urns.find((urn) => !urn.endsWith("-validation")),
      urns.find((urn) => urn.endsWith("-validation")),
    ];
    await assert.rejects(old.pulumi("state", "delete", validation!, "--yes"), /can't be safely deleted/);
    await old.pulumi("state", "delete", alias!, "--yes");
    users().properties.aliases = [{ name: dnsNameOf("back"), zoneId: "Z1", evaluateTargetHealth: true }];
    assert.deepEqual(
      (await back.up("the users are here")).steps.filter(({ op }) => op !== "read"),
      [],
    );
    assert.deepEqual(leadsTo(), [dnsNameOf("back")]);
  });

  it("goes on where the old stack is destroyed, whose certificate's record goes with it", async () => {
    const { exitCode, stdout, stderr } = await old.destroy("the old one");
    assert.equal(exitCode, 0, stdout + stderr);
    assert.deepEqual(leadsTo(), [dnsNameOf("back")]);
    assert.deepEqual(cloud.all(record), [users()]);
    assert.deepEqual(
      cloud.all(certificate).map(({ name }) => name),
      ["requested"],
    );
    await back.refresh("alone");
    assert.deepEqual(
      (await back.up("alone and refreshed")).steps.filter(({ op }) => op !== "read"),
      [],
    );
  });

  function nameOf(stack: string): string {
    return String(cloud.all(service).find(({ name }) => name === `greenlight-${stack}`)!.properties.name);
  }

  function dnsNameOf(stack: string): unknown {
    return cloud.all(loadBalancer).find(({ name }) => name === `greenlight-${stack}`)!.properties.dnsName;
  }

  /** The record that users look up. */
  function users(): Thing {
    return cloud.all(record).find(({ properties }) => properties.name === domainName)!;
  }

  function leadsTo(): unknown[] {
    return (users().properties.aliases as { name: unknown }[]).map(({ name }) => name);
  }
});

function existingNetwork(cloud: Cloud): Record<string, unknown> {
  const vpcId = cloud.create("aws:ec2/vpc:Vpc", "existing", { cidrBlock: "10.0.0.0/16" }).id;
  const subnet = (index: number) => ({ vpcId, cidrBlock: `10.0.${index}.0/24` });
  const ids = [0, 1, 2, 3].map((index) => cloud.create("aws:ec2/subnet:Subnet", "existing", subnet(index)).id);
  return {
    "aws:region": "eu-central-1",
    "greenlight:githubRepository": "example-org/example-app",
    "greenlight:firstImage": "public.ecr.aws/docker/library/httpd:2.4",
    "greenlight:productionPort": 443,
    "greenlight:vpcId": vpcId,
    "greenlight:publicSubnetIds": ids.slice(0, 2),
    "greenlight:privateSubnetIds": ids.slice(2),
  };
}
