import { account } from "../../rehearsal/graph/aws-outputs";
import { devGraph, prodGraph } from "../support/graph";
import { promoteTo, promoting } from "../support/promotion";
import { Stack } from "./stack";
import { existingNetwork } from "../support/existing-network";

const secret = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop/api-AbCdEf";
/** Another account's registry. */
const elsewhere = "210987654321.dkr.ecr.eu-central-1.amazonaws.com/shop";
const topicArn = "arn:aws:sns:eu-central-1:123456789012:everybody";
const keyArn = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555";

const listeners = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/web/50dc6c495c0c9188";
const shared = {
  productionListenerArn: `${listeners}/f2f7dc8efc522ab2`,
  testListenerArn: `${listeners}/0467ef3c8400ae65`,
  hosts: ["shop.example.com"],
  priority: 200,
};
const https = { domainName: "shop.example.com" };
const place = { ...existingNetwork, productionPort: 443, testPort: 8443, https, sharedLoadBalancer: shared };

/** Settings that add grants, each in a stack of its own. */
const options: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "secrets and their key": {
    secrets: {
      API_KEY: `${secret}:key::`,
      API_USER: `${secret}:user::`,
      TOKEN: "arn:aws:ssm:eu-central-1:123456789012:parameter/shop/token",
    },
    secretKeyArns: ["arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"],
  },
  "a scan gate": { scanGate: { severity: "HIGH" } },
  "notifications, also of its certificate, and Slack": {
    notifications: { slack: { workspaceId: "T01", channelId: "C01" } },
    https: { domainName: "app.example.com", zoneId: "Z0123456789" },
  },
  "notifications on a topic that is there": { notifications: { topicArn } },
  "a template in the repository": { templateInRepository: true },
  "alarms made here": { alarms: { latencyP99Ms: 1000 } },
  "alarms that are there": { alarmNames: ["shop-is-broken"] },
  "an approval that tells a topic": { deployApproval: { topicArn } },
  "topics that are there, encrypted": {
    notifications: { topicArn, keyArn },
    deployApproval: { topicArn, keyArn: keyArn.replace("1111", "9999") },
  },
  "secrets of one kind under a key": { secrets: { KEY: secret }, secretKeyArns: [keyArn] },
  "a deployment window": { deploymentWindow: { cron: "* * 9-16 ? * MON-THU *" } },
  "a canary of its own": { canary: { percent: 5, minutes: 7 } },
  "a connection that is there": {
    connectionArn: "arn:aws:codeconnections:eu-central-1:123456789012:connection/11111111-2222-3333-4444-555555555555",
  },
  "a first image from another account": {
    firstImage: "210987654321.dkr.ecr.eu-west-1.amazonaws.com/shop/web:1",
  },
  "ECS as its controller": { controller: "ECS" },
  "ECS as its controller, and alarms made here": { controller: "ECS", alarms: {} },
  "ECS as its controller, and alarms that are there": { controller: "ECS", alarmNames: ["shop-is-broken"] },
  "a collector, a log router and ECS Exec": { openTelemetry: {}, logRouter: {}, executeCommand: true },
  "logs that go elsewhere, with a key": {
    logRouter: {
      options: { Name: "datadog" },
      secretOptions: { apikey: "arn:aws:ssm:eu-central-1:123456789012:parameter/shop/datadog" },
    },
  },
  "a sidecar from another account": {
    sidecars: [{ name: "proxy", image: "210987654321.dkr.ecr.eu-west-1.amazonaws.com/shop/proxy:1" }],
  },
  "file systems": {
    efsVolumes: [
      {
        name: "files",
        fileSystemId: "fs-0123456789abcdef0",
        accessPointId: "fsap-0123456789abcdef0",
        containerPath: "/files",
      },
      {
        name: "assets",
        fileSystemId: "fs-0123456789abcdef1",
        accessPointId: "fsap-0123456789abcdef1",
        containerPath: "/assets",
        readOnly: true,
      },
    ],
  },
  "a build cache": { buildCache: {} },
  "bills of materials": { sbom: true },
  "bills of materials, and releases that others promote": { sbom: true, promoteTo },
  "signed images": { signingProfileArn: "arn:aws:signer:eu-central-1:123456789012:/signing-profiles/shop" },
  "tests with reports": { tests: { command: "npm test", reportFiles: ["reports/*.xml"] } },
  "tests, a template in the repository and a cache": {
    tests: { command: "npm test" },
    templateInRepository: true,
    buildCache: {},
  },
  "tests, bills of materials and releases that others promote, by ECS": {
    tests: { command: "npm test" },
    controller: "ECS",
    sbom: true,
    promoteTo,
  },
  "a template in the repository, and ECS as its controller": { templateInRepository: true, controller: "ECS" },
  "ECS as its controller, and notifications on a topic that is there": {
    controller: "ECS",
    notifications: { topicArn },
  },
  "ECS as its controller, promotion and notifications": {
    controller: "ECS",
    promoteTo,
    notifications: { slack: { workspaceId: "T01", channelId: "C01" } },
  },
  "releases that others promote": { promoteTo },
  "a stack before it, in another account": promoting,
  "a shared load balancer": place,
  "a shared load balancer, by a header, and ECS as its controller": {
    ...place,
    controller: "ECS",
    testHeader: { name: "X-Test", value: "s3cret" },
    sharedLoadBalancer: { ...shared, testListenerArn: undefined },
  },
  "a shared load balancer and a certificate of its own": { ...place, https: { ...https, zoneId: "Z0123456789" } },
  "a cluster that is there": { clusterArn: "arn:aws:ecs:eu-central-1:123456789012:cluster/web" },
  "a network without NAT": {
    natGateways: "none",
    executeCommand: true,
    secrets: {
      API_KEY: `${secret}:key::`,
      TOKEN: "arn:aws:ssm:eu-central-1:123456789012:parameter/shop/token",
    },
    secretKeyArns: ["arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"],
    openTelemetry: { image: `${elsewhere}/collector:1` },
    logRouter: { image: `${elsewhere}/log-router:1` },
  },
  "a network without NAT, and ECS as its controller": { natGateways: "none", controller: "ECS" },
  "a network without NAT, and a test header": {
    natGateways: "none",
    controller: "ECS",
    testHeader: { name: "X-Test", value: "s3cret" },
  },
  "access logs": { loadBalancer: { accessLogs: {} } },
  "access logs in a bucket that is there": { loadBalancer: { accessLogs: { bucket: "all-our-logs" } } },
};

/** Every stack whose grants are proven: dev, prod, and dev with each option. */
export async function stacks(): Promise<Stack[]> {
  const all = [new Stack("dev", await devGraph()), new Stack("prod", await prodGraph())];
  for (const [name, changes] of Object.entries(options))
    all.push(new Stack(`dev with ${name}`, await devGraph(changes)));
  const tests = { command: "npm test", reportFiles: ["reports/*.xml"] };
  all.push(new Stack("dev with tests whose command is a secret", await devGraph({ tests }, ["tests"])));
  all.push(
    new Stack("dev with checks that are secrets", await devGraph({ checks: [{ path: "/private" }] }, ["checks"])),
  );
  return all;
}

/** A stack whose releases a stack of another account promotes, and that one, each told of the other as its people would. */
export async function twoAccounts(): Promise<{ from: Stack; to: Stack }> {
  const [here, there, meanwhile] = [account, "222222222222", "111111111111"];
  const bus = `arn:aws:events:eu-central-1:${there}:event-bus/greenlight-prod-promotions`;
  const from = new Stack("dev", await devGraph({ promoteTo: [bus] }));
  // Both are evaluated in the same account, so the first has another name in the second until that one is moved.
  const released = JSON.parse(JSON.stringify(from.graph.outputs.released).replaceAll(here, meanwhile)) as object;
  const graph = await prodGraph({ promoteFrom: released, githubRepository: undefined, sbom: false });
  const back = (text: string) => text.replaceAll(meanwhile, here);
  const config = Object.fromEntries(Object.entries(graph.config).map(([name, text]) => [name, back(text)]));
  return { from, to: new Stack("prod", { ...graph, config }).inAccount(there, back) };
}
