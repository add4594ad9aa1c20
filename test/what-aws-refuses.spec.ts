import assert from "node:assert/strict";
import { GreenTestHook } from "../components";
import { devGraph, refusal } from "./support/graph";

const stack = { githubRepository: "example-org/example-app" };
const arn = (service: string, resource: string) => `arn:aws:${service}:eu-central-1:123456789012:${resource}`;
const listener = (id: string) => arn("elasticloadbalancing", `listener/app/web/50dc6c495c0c9188/${id}`);
const shared = { productionListenerArn: listener("f2f7dc8efc522ab2"), testListenerArn: listener("0467ef3c8400ae65") };
const place = { vpcId: "vpc-1", publicSubnetIds: ["subnet-1", "subnet-2"], privateSubnetIds: ["subnet-3"] };
const tags = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`tag-${index}`, "1"]));
const defaultTags = (all: object) => ({ "aws:defaultTags": { tags: all } });
const behind = (more: object) => ({ ...place, sharedLoadBalancer: { ...shared, priority: 7, ...more } });

type Case = readonly [settings: Readonly<Record<string, unknown>>, path: string, message: RegExp];

/** Values that look right, that AWS refuses or that grant nothing: where each is reported, and how. */
const cases: Readonly<Record<string, Case>> = {
  // Paths, hosts and headers
  "a health check's path with a space": [
    { healthCheck: { path: "/health check" } },
    "healthCheck.path",
    /expected a path from \/ without spaces/,
  ],
  "a health check's path that is not ASCII": [
    { healthCheck: { path: "/größe" } },
    "healthCheck.path",
    /Percent-encode it: \/gr%C3%B6%C3%9Fe/,
  ],
  "a health check's path that is too long": [
    { healthCheck: { path: `/${"a".repeat(1024)}` } },
    "healthCheck.path",
    /has 1025 characters; expected at most 1024/,
  ],
  "a check's path that is not ASCII": [{ checks: [{ path: "/größe" }] }, "checks[0].path", /Percent-encode it/],
  "a check's header that no load balancer passes on": [
    { checks: [{ path: "/", headers: { X_API_KEY: "1" } }] },
    "checks[0].headers.X_API_KEY",
    /is dropped by the load balancer.*Rename it with hyphens, or set loadBalancer\.dropInvalidHeaderFields to false/,
  ],
  "a check's header whose value is not ASCII": [
    { checks: [{ path: "/", headers: { "X-Name": "größe" } }] },
    "checks[0].headers.X-Name",
    /^[^ö]*expected printable ASCII characters[^ö]*$/,
  ],
  "a test header that no load balancer passes on": [
    { controller: "ECS", testHeader: { name: "X_Green", value: "s3cret" } },
    "testHeader.name",
    /expected letters, digits and hyphens, like X-Api-Key/,
  ],
  "a test header's value that no request can have": [
    { controller: "ECS", testHeader: { name: "X-Green", value: " s3cret" } },
    "testHeader.value",
    /^(?!.*s3cret).*no space at either end/,
  ],
  "a host without a dot": [behind({ hosts: ["shop"] }), "sharedLoadBalancer.hosts[0]", /expected a host with a dot/],
  "a host with an underscore": [
    behind({ hosts: ["shop_api.example.com"] }),
    "sharedLoadBalancer.hosts[0]",
    /no underscore/,
  ],
  "a host with a digit after its last dot": [
    behind({ hosts: ["shop.example.com", "10.0.0.1"] }),
    "sharedLoadBalancer.hosts[1]",
    /only letters after the last dot/,
  ],
  // ARNs
  "a secret without its six characters": [
    { secrets: { DB: arn("secretsmanager", "secret:shop/db") } },
    "secrets.DB",
    /aws secretsmanager describe-secret --region eu-central-1 --secret-id shop\/db --query ARN --output text/,
  ],
  "a sidecar's secret without its six characters": [
    {
      sidecars: [{ name: "proxy", image: "nginx:1", secrets: { DB: arn("secretsmanager", "secret:shop/db:user::") } }],
    },
    "sidecars[0].secrets.DB",
    /--secret-id shop\/db /,
  ],
  "a secret's version by both of its names": [
    { secrets: { DB: arn("secretsmanager", "secret:shop/db-AbCdEf:user:AWSCURRENT:1") } },
    "secrets.DB",
    /Keep one of the two/,
  ],
  "a parameter whose ARN has two slashes": [
    { secrets: { DB: arn("ssm", "parameter//shop/db") } },
    "secrets.DB",
    /expected the ARN of a Secrets Manager secret or a Systems Manager parameter/,
  ],
  "every secret of an account": [{ secrets: { DB: arn("secretsmanager", "secret:*") } }, "secrets.DB", /expected/],
  "a key's alias": [{ secretKeyArns: [arn("kms", "alias/shop")] }, "secretKeyArns[0]", /not an alias/],
  "a subscription in place of its topic": [
    { notifications: { topicArn: arn("sns", "people:0c7b2a30-4a4c-4d4b-9a5f-2f6f4d1a0e11") } },
    "notifications.topicArn",
    /expected the ARN of an SNS topic/,
  ],
  "a FIFO topic": [
    { deployApproval: { topicArn: arn("sns", "people.fifo") } },
    "deployApproval.topicArn",
    /Name a standard topic/,
  ],
  "a connection's host": [
    { connectionArn: arn("codeconnections", "host/ghe-0123") },
    "connectionArn",
    /connection\/<id>/,
  ],
  "a rule in place of its listener": [
    behind({ hosts: ["a.com"], productionListenerArn: arn("elasticloadbalancing", "listener-rule/app/web/5/f/1") }),
    "sharedLoadBalancer.productionListenerArn",
    /application load balancer's listener/,
  ],
  "a policy that only service-linked roles take": [
    { taskPolicyArns: ["arn:aws:iam::aws:policy/aws-service-role/AWSTrustedAdvisorServiceRolePolicy"] },
    "taskPolicyArns[0]",
    /service-linked roles only/,
  ],
  "a web ACL's rule group": [
    { loadBalancer: { webAclArn: arn("wafv2", "regional/rulegroup/shop/0123") } },
    "loadBalancer.webAclArn",
    /expected the ARN of a web ACL/,
  ],
  // Names, texts and counts
  "a message that is too long": [
    { deployApproval: { message: "a".repeat(1001) } },
    "deployApproval.message",
    /has 1001 characters; expected at most 1000\. Shorten it/,
  ],
  "a repository's address": [{ githubRepository: "acme/mono.git" }, "githubRepository", /Leave the ending out/],
  "a branch that git has not": [{ branch: "feature..x" }, "branch", /git has no branch of this name/],
  "a trigger's pattern that is too long": [
    { triggers: { filePaths: { includes: ["a".repeat(256)] } } },
    "triggers.filePaths.includes[0]",
    /expected at most 255/,
  ],
  "a task definition that is too large": [
    { environment: { RULES: "a".repeat(65_000), MORE: "b".repeat(600) } },
    "environment",
    /ECS takes 65536\. Move long values into the image/,
  ],
  "a task of eleven containers": [
    { sidecars: Array.from({ length: 9 }, (_, index) => ({ name: `c${index}`, image: "nginx:1" })), openTelemetry: {} },
    "sidecars",
    /are 10 with those that options bring along; a task takes 10 containers/,
  ],
  "a variable with a space in its name": [
    { environment: { "LOG LEVEL": "info" } },
    "environment.LOG LEVEL",
    /without spaces/,
  ],
  "a name that ACM issues no certificate for": [
    { https: { domainName: `${"a".repeat(60)}.example.com`, zoneId: "Z0123456789" } },
    "https.domainName",
    /ACM issues certificates for names of at most 64\. Name a certificate in certificateArn/,
  ],
  "a bucket's name that S3 gives nobody": [
    { loadBalancer: { accessLogs: { bucket: "10.0.0.1" } } },
    "loadBalancer.accessLogs.bucket",
    /S3 gives no bucket such a name/,
  ],
  "more default tags than a resource takes": [
    defaultTags(tags(50)),
    "aws:defaultTags.tags",
    /are 50; .*Keep at most 49/,
  ],
  "a default tag of AWS's own": [defaultTags({ "aws:team": "shop" }), "aws:defaultTags.tags", /AWS's own/],
};

/** In a stack of eu-central-1. */
const elsewhere: Readonly<Record<string, Case>> = {
  "a signing profile of another region": [
    { signingProfileArn: "arn:aws:signer:us-east-1:123456789012:/signing-profiles/shop" },
    "signingProfileArn",
    /is of us-east-1, and this stack of eu-central-1/,
  ],
  "a secret of another region, in a network without NAT": [
    {
      natGateways: "none",
      firstImage: "123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop:1",
      secrets: { DB: arn("ssm", "parameter/shop/db").replace("eu-central-1", "us-east-1") },
    },
    "secrets.DB",
    /is of us-east-1/,
  ],
};

describe("what AWS would refuse", () => {
  for (const [title, [settings, path, message]] of Object.entries(cases)) {
    it(`is refused before anything is registered: ${title}`, async () => {
      const { error, paths, registered } = await refusal({ ...stack, ...settings });
      assert.deepEqual(paths, [path], error?.message);
      assert.match(error!.problems[0]!.message, message);
      assert.deepEqual(registered, []);
    });
  }

  for (const [title, [settings, path, message]] of Object.entries(elsewhere)) {
    it(`is refused where the stack's region is known: ${title}`, async () => {
      const { error, paths } = await refusal({ ...stack, ...settings, "aws:region": "eu-central-1" });
      assert.deepEqual(paths, [path], error?.message);
      assert.match(error!.problems[0]!.message, message);
    });
  }

  it("is not refused where the load balancer is told to pass such headers on, or is another's", async () => {
    const checks = [{ path: "/", headers: { X_API_KEY: "1" } }];
    const graph = await devGraph({ checks, loadBalancer: { dropInvalidHeaderFields: false } });
    assert.equal(graph.recorder.find("aws:lb/loadBalancer:LoadBalancer").inputs.dropInvalidHeaderFields, false);
    const { error } = await refusal({ ...stack, checks, ...behind({ hosts: ["a.com"] }) });
    assert.equal(error, undefined);
  });

  it("is refused of a hook's own arguments, too", async () => {
    const service = {
      controller: { type: "CODE_DEPLOY" },
      loadBalancer: { dropsInvalidHeaderFields: true },
    } as never;
    const checks = [{ path: "/", headers: { X_API_KEY: "1" } }];
    const { paths } = await refusal({}, () => new GreenTestHook("test", { service, checks }));
    assert.deepEqual(paths, ["checks[0].headers.X_API_KEY"]);
  });

  it("is no object's tags, since the release template takes none of the provider's", async () => {
    const { error } = await refusal({ ...stack, ...defaultTags(tags(11)) });
    assert.equal(error, undefined);
    const { inputs } = (await devGraph()).recorder.find("aws:s3/bucketObjectv2:BucketObjectv2");
    assert.deepEqual(inputs.overrideProvider, { defaultTags: { tags: {} } });
  });
});
