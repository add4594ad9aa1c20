import assert from "node:assert/strict";
import type { ExistingThings } from "../../rehearsal/graph/existing";
import { devGraph, type Graph, its, programGraph, refusal } from "../support/graph";

const listenerType = "aws:lb/listener:Listener";
const recordType = "aws:route53/record:Record";
const ingressType = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const given = "arn:aws:acm:eu-central-1:123456789012:certificate/0123";
const zone = "Z0123456789";
const ports = { productionPort: 443, testPort: 9443 };

describe("HTTPS with a zone", () => {
  let graph: Graph;

  before(async () => {
    graph = await devGraph({ ...ports, https: { domainName: "app.example.com", zoneId: zone } });
  });

  it("issues a certificate, validated by a record in the zone", () => {
    const certificate = graph.recorder.find("aws:acm/certificate:Certificate");
    assert.deepEqual(certificate.inputs, { domainName: "app.example.com", validationMethod: "DNS" });
    const [option] = certificate.outputs.domainValidationOptions as Record<string, string>[];
    const { inputs, outputs } = graph.recorder.find(recordType, "-validation");
    assert.deepEqual(inputs, {
      zoneId: zone,
      name: option!.resourceRecordName,
      type: "CNAME",
      records: [option!.resourceRecordValue],
      ttl: 300,
      allowOverwrite: true,
    });
    assert.deepEqual(graph.recorder.find("aws:acm/certificateValidation:CertificateValidation").inputs, {
      certificateArn: certificate.outputs.arn,
      validationRecordFqdns: [outputs.fqdn],
    });
  });

  for (const [name, port] of Object.entries({ "-production": 443, "-test": 9443 })) {
    it(`speaks TLS 1.2 and later on the ${name.slice(1)} listener, once the certificate is issued`, () => {
      const { inputs, dependencies, ignoreChanges } = graph.recorder.find(listenerType, name);
      assert.deepEqual(inputs, {
        loadBalancerArn: its(graph, "aws:lb/loadBalancer:LoadBalancer", "", "arn"),
        port,
        protocol: "HTTPS",
        certificateArn: its(graph, "aws:acm/certificate:Certificate", "", "arn"),
        sslPolicy: "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
        defaultActions: [
          { type: "forward", targetGroupArn: its(graph, "aws:lb/targetGroup:TargetGroup", "-blue", "arn") },
        ],
      });
      assert.ok(dependencies.includes(graph.recorder.find("aws:acm/certificateValidation:CertificateValidation").urn));
      assert.deepEqual(ignoreChanges, ["defaultActions"]);
    });
  }

  it("sends HTTP on with a 301, for those whom the production port admits", () => {
    const { inputs, ignoreChanges } = graph.recorder.find(listenerType, "-redirect");
    assert.deepEqual([inputs.port, inputs.protocol], [80, "HTTP"]);
    assert.deepEqual(inputs.defaultActions, [
      { type: "redirect", redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" } },
    ]);
    assert.deepEqual(ignoreChanges, []);
    const rule = graph.recorder.find(ingressType, "-redirect-0.0.0.0/0").inputs;
    assert.deepEqual([rule.fromPort, rule.toPort, rule.cidrIpv4], [80, 80, "0.0.0.0/0"]);
  });

  it("leads the name to the load balancer", () => {
    const records = graph.recorder.all(recordType).filter(({ inputs }) => inputs.type === "A");
    const name = its(graph, "aws:lb/loadBalancer:LoadBalancer", "", "dnsName");
    const zoneId = its(graph, "aws:lb/loadBalancer:LoadBalancer", "", "zoneId");
    assert.deepEqual(
      records.map(({ inputs }) => inputs),
      [
        {
          zoneId: zone,
          name: "app.example.com",
          type: "A",
          aliases: [{ name, zoneId, evaluateTargetHealth: true }],
        },
      ],
    );
  });

  it("is told by both URLs, and to the hook, which tests green under the name", () => {
    assert.equal(graph.outputs.prodUrl, "https://app.example.com");
    assert.equal(graph.outputs.testUrl, "https://app.example.com:9443");
    const { environment } = graph.recorder.find("aws:lambda/function:Function").inputs;
    const { variables } = environment as { variables: Record<string, string> };
    assert.equal(variables.HOST_HEADER, "app.example.com");
  });

  it("opens the test port to the hook alone", () => {
    const rules = graph.recorder.all(ingressType).filter(({ inputs }) => inputs.fromPort === 9443);
    const hook = graph.recorder.find("aws:ec2/securityGroup:SecurityGroup", "-dev-test").id;
    assert.deepEqual(
      rules.map(({ inputs }) => inputs.referencedSecurityGroupId),
      [hook],
    );
  });
});

describe("HTTPS with a certificate of the stack's own", () => {
  const https = { domainName: "app.example.com", certificateArn: given };
  const preview = (certificate: ExistingThings[string]) =>
    programGraph({ preview: true, existing: { [given]: certificate } }, { ...ports, https });

  it("issues none, and makes no record where DNS is kept elsewhere", async () => {
    const graph = await devGraph({ ...ports, https });
    assert.equal(graph.recorder.find(listenerType, "-test").inputs.certificateArn, given);
    const [read, ...others] = graph.recorder.all("aws:acm/certificate:Certificate");
    assert.deepEqual([read?.id, others, graph.recorder.all(recordType)], [given, [], []]);
  });

  for (const [what, certificate, message] of [
    [
      "has expired",
      { status: "EXPIRED", notAfter: "2026-01-31T12:00:00Z" },
      /is EXPIRED since 2026-01-31T12:00:00Z; .*leave it out/,
    ],
    ["is not issued yet", { status: "PENDING_VALIDATION", notAfter: "" }, /is PENDING_VALIDATION; expected one/],
    ["is for another name", { domainName: "*.example.org", subjectAlternativeNames: [] }, /is for \*\.example\.org;/],
    [
      "is for names above it",
      { subjectAlternativeNames: ["*.com"], domainName: "example.com" },
      /expected one for app/,
    ],
  ] as const) {
    it(`is refused by a preview when it ${what}`, async () => {
      await assert.rejects(preview(certificate), message);
    });
  }

  it("is taken when one of its names is the service's, or stands for it", async () => {
    const names = { domainName: "example.com", subjectAlternativeNames: ["example.com", "*.example.com"] };
    assert.equal((await preview(names)).recorder.find(listenerType, "-test").inputs.certificateArn, given);
  });

  it("makes the name's record in a zone that is given too", async () => {
    const graph = await devGraph({ ...ports, https: { ...https, zoneId: zone } });
    assert.deepEqual(
      graph.recorder.all(recordType).map(({ inputs }) => inputs.type),
      ["A"],
    );
  });
});

describe("a load balancer with every option", () => {
  it("logs each request to a bucket that Elastic Load Balancing may write to, and nobody else", async () => {
    const graph = await devGraph({ loadBalancer: { accessLogs: {} }, deletionProtection: true });
    const bucket = graph.recorder.find("aws:s3/bucket:Bucket", "-logs");
    assert.deepEqual(bucket.inputs, { forceDestroy: false });
    const { accessLogs } = graph.recorder.find("aws:lb/loadBalancer:LoadBalancer").inputs;
    assert.deepEqual(accessLogs, { enabled: true, bucket: bucket.id, prefix: "loadbalancers" });
    const policy = graph.recorder.find("aws:s3/bucketPolicy:BucketPolicy", "-logs");
    assert.ok(graph.recorder.find("aws:lb/loadBalancer:LoadBalancer").dependencies.includes(policy.urn));
    const [, delivery] = (JSON.parse(policy.inputs.policy as string) as { Statement: unknown[] }).Statement;
    assert.deepEqual(delivery, {
      Sid: "LoadBalancerLogs",
      Effect: "Allow",
      Principal: { Service: "logdelivery.elasticloadbalancing.amazonaws.com" },
      Action: "s3:PutObject",
      Resource: `arn:aws:s3:::${bucket.id}/loadbalancers/AWSLogs/123456789012/*`,
      Condition: {
        ArnLike: { "aws:SourceArn": "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/*" },
      },
    });
    const type = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration";
    assert.deepEqual(graph.recorder.find(type, "-logs").inputs.rules, [
      { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } },
    ]);
  });

  it("keeps clients of a sticky service with their group for a second, without which no forward may name both", async () => {
    const graph = await devGraph({ stickiness: { seconds: 3600 } });
    const group = (color: string) => its(graph, "aws:lb/targetGroup:TargetGroup", color, "arn");
    for (const name of ["-production", "-test"]) {
      const [action] = graph.recorder.find(listenerType, name).inputs.defaultActions as unknown[];
      assert.deepEqual(action, {
        type: "forward",
        forward: {
          targetGroups: [
            { arn: group("-blue"), weight: 1 },
            { arn: group("-green"), weight: 0 },
          ],
          stickiness: { enabled: true, duration: 1 },
        },
      });
    }
  });

  it("takes a bucket, a web ACL, an idle timeout, a place inside the network, stickiness and slow start", async () => {
    const webAclArn = "arn:aws:wafv2:eu-central-1:123456789012:regional/webacl/shop/0123";
    const accessLogs = { bucket: "our-logs", prefix: "shop" };
    const graph = await devGraph({
      loadBalancer: { internal: true, idleTimeoutSeconds: 120, accessLogs, webAclArn },
      stickiness: { seconds: 3600 },
      slowStartSeconds: 60,
    });
    const { inputs, outputs } = graph.recorder.find("aws:lb/loadBalancer:LoadBalancer");
    assert.deepEqual([inputs.internal, inputs.idleTimeout], [true, 120]);
    assert.deepEqual(inputs.subnets, graph.recorder.find("awsx:ec2:Vpc").outputs.privateSubnetIds);
    assert.deepEqual(inputs.accessLogs, { enabled: true, ...accessLogs });
    const association = graph.recorder.find("aws:wafv2/webAclAssociation:WebAclAssociation");
    assert.deepEqual(association.inputs, { resourceArn: outputs.arn, webAclArn });
    for (const color of ["-blue", "-green"]) {
      const group = graph.recorder.find("aws:lb/targetGroup:TargetGroup", color).inputs;
      const stickiness = { type: "lb_cookie", enabled: true, cookieDuration: 3600 };
      assert.deepEqual([group.slowStart, group.stickiness], [60, stickiness]);
    }
  });

  it("is told that access logs and stickiness are off, since the provider would leave them on where they are only left out", async () => {
    const { recorder } = await devGraph();
    const { accessLogs } = recorder.find("aws:lb/loadBalancer:LoadBalancer").inputs;
    assert.deepEqual(accessLogs, { enabled: false, bucket: "" });
    for (const color of ["-blue", "-green"]) {
      const { stickiness } = recorder.find("aws:lb/targetGroup:TargetGroup", color).inputs;
      assert.deepEqual(stickiness, { type: "lb_cookie", enabled: false });
    }
  });
});

describe("HTTPS and load balancer settings that cannot work", () => {
  it("are refused together, before anything is registered", async () => {
    const { paths, registered } = await refusal({
      githubRepository: "example-org/example-app",
      productionPort: 80,
      https: { domainName: "*.example.com", sslPolicy: "ELBSecurityPolicy-2016-08" },
      loadBalancer: {
        idleTimeoutSeconds: 4001,
        accessLogs: { bucket: "our-logs", keepDays: 9, prefix: "/AWSLogs" },
        webAclArn: "arn:aws:wafv2:us-east-1:123456789012:global/webacl/shop/0123",
      },
      stickiness: { seconds: 0 },
      slowStartSeconds: 10,
    });
    assert.deepEqual(paths, [
      "https.domainName",
      "https.certificateArn",
      "https.sslPolicy",
      "https.redirectPort",
      "loadBalancer.idleTimeoutSeconds",
      "loadBalancer.accessLogs.prefix",
      "loadBalancer.accessLogs.prefix",
      "loadBalancer.accessLogs.keepDays",
      "loadBalancer.webAclArn",
      "stickiness.seconds",
      "slowStartSeconds",
    ]);
    assert.deepEqual(registered, []);
  });

  it("are refused for a certificate that is none of ACM's", async () => {
    const { paths } = await refusal({
      githubRepository: "example-org/example-app",
      https: { domainName: "app.example.com", certificateArn: "arn:aws:iam::123456789012:server-certificate/old" },
    });
    assert.deepEqual(paths, ["https.certificateArn"]);
  });
});
