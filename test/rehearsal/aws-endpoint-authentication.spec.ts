import { DescribeServicesCommand, ECSClient, RegisterTaskDefinitionCommand } from "@aws-sdk/client-ecs";
import { DescribeNetworkInterfacesCommand, EC2Client } from "@aws-sdk/client-ec2";
import { DescribeListenersCommand, ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import assert from "node:assert/strict";
import { randomCredentials } from "../../rehearsal/aws-endpoint/credentials";
import { startAwsEndpoint, type AwsEndpoint } from "../../rehearsal/aws-endpoint/endpoint";
import { AskedAws, clientConfig, send, sign } from "./support/asked-aws";

describe("who may call the AWS endpoint", () => {
  const aws = new AskedAws(
    "registerTaskDefinition",
    "describeServices",
    "describeListeners",
    "describeNetworkInterfaces",
    "getObject",
  );
  const artifactCredentials = { ...randomCredentials(), sessionToken: "a session" };
  let endpoint: AwsEndpoint;

  before(async () => {
    endpoint = await startAwsEndpoint({ controlPlane: aws.controlPlane, artifactCredentials });
  });
  beforeEach(() => aws.forget());
  after(() => endpoint.close());

  const registration = {
    headers: { "x-amz-target": "AmazonEC2ContainerServiceV20141113.RegisterTaskDefinition" },
    body: '{"family":"app"}',
  };
  const listeners = { body: "Action=DescribeListeners&Version=2015-12-01" };
  const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000);

  it("gives each endpoint a key of its own", async () => {
    const other = await startAwsEndpoint({ controlPlane: {} });
    await other.close();
    assert.notEqual(other.credentials.accessKeyId, endpoint.credentials.accessKeyId);
    assert.ok(other.credentials.secretAccessKey.length >= 40);
    assert.notEqual(other.credentials.secretAccessKey, endpoint.credentials.secretAccessKey);
  });

  it("performs what is signed with its key by hand, as curl --aws-sigv4 does", async () => {
    const { status } = await send(endpoint, await sign(endpoint, registration));
    assert.equal(status, 200);
    assert.deepEqual(aws.inputs, [{ family: "app" }]);
  });

  describe("with the SDK and another secret", () => {
    const refusals = [
      [
        "ECS",
        "InvalidSignatureException",
        (config: Config) => new ECSClient(config).send(new DescribeServicesCommand({ services: ["app"] })),
      ],
      [
        "EC2",
        "SignatureDoesNotMatch",
        (config: Config) => new EC2Client(config).send(new DescribeNetworkInterfacesCommand({})),
      ],
      [
        "Elastic Load Balancing",
        "SignatureDoesNotMatch",
        (config: Config) => new ElasticLoadBalancingV2Client(config).send(new DescribeListenersCommand({})),
      ],
      [
        "S3",
        "SignatureDoesNotMatch",
        (config: Config) => new S3Client(config).send(new GetObjectCommand({ Bucket: "b", Key: "k" })),
      ],
    ] as const;
    for (const [service, code, call] of refusals) {
      it(`${service} answers ${code}`, async () => {
        const { accessKeyId } = endpoint.credentials;
        const { secretAccessKey } = randomCredentials();
        const config = { ...clientConfig(endpoint), credentials: { accessKeyId, secretAccessKey } };
        await assert.rejects(call(config), isRefusal(code));
        assert.deepEqual(aws.inputs, []);
      });
    }
  });

  it("refuses a made-up key", async () => {
    const config = { ...clientConfig(endpoint), credentials: randomCredentials() };
    await assert.rejects(
      new ECSClient(config).send(new RegisterTaskDefinitionCommand({ family: "app", containerDefinitions: [] })),
      isRefusal("UnrecognizedClientException"),
    );
    assert.deepEqual(aws.inputs, []);
  });

  it("lets the key of the artifacts read objects, with its session token, and do nothing else", async () => {
    const config = { ...clientConfig(endpoint), credentials: artifactCredentials };
    aws.answer = Buffer.from("zip");
    await new S3Client(config).send(new GetObjectCommand({ Bucket: "b", Key: "k" }));
    assert.deepEqual(aws.inputs, [{ Bucket: "b", Key: "k" }]);
    aws.forget();
    const registerTaskDefinition = new RegisterTaskDefinitionCommand({ family: "app", containerDefinitions: [] });
    await assert.rejects(new ECSClient(config).send(registerTaskDefinition), isRefusal("AccessDeniedException"));
    const withoutToken = { ...config, credentials: { ...artifactCredentials, sessionToken: "another" } };
    const getObject = new GetObjectCommand({ Bucket: "b", Key: "k" });
    await assert.rejects(new S3Client(withoutToken).send(getObject), isRefusal("InvalidAccessKeyId"));
    assert.deepEqual(aws.inputs, []);
  });

  const spoilt: Record<string, () => Promise<Parameters<typeof send>[1]>> = {
    "a signature that nobody calculated": async () => {
      const signed = await sign(endpoint, registration);
      const authorization = signed.headers.authorization!.replace(/[0-9a-f]{64}$/, "0".repeat(64));
      return { ...signed, headers: { ...signed.headers, authorization } };
    },
    "a body that was changed": async () => ({ ...(await sign(endpoint, registration)), body: '{"family":"evil"}' }),
    "another operation than was signed": async () => {
      const signed = await sign(endpoint, registration);
      const target = "AmazonEC2ContainerServiceV20141113.DescribeServices";
      return { ...signed, headers: { ...signed.headers, "x-amz-target": target } };
    },
    "an operation that is not signed": async () => {
      const { headers, ...signed } = await sign(endpoint, { ...registration, headers: {} });
      return { ...signed, headers: { ...headers, ...registration.headers } };
    },
    "a path that was changed": async () => ({ ...(await sign(endpoint, registration)), path: "/other" }),
    "a query that was added": async () => ({ ...(await sign(endpoint, registration)), path: "/?a=1" }),
    "a body that the signature does not cover": () =>
      sign(endpoint, {
        ...registration,
        headers: { ...registration.headers, "x-amz-content-sha256": "UNSIGNED-PAYLOAD" },
      }),
    "a signature of six minutes ago": () => sign(endpoint, registration, { date: minutesAgo(6) }),
    "a signature of six minutes ahead": () => sign(endpoint, registration, { date: minutesAgo(-6) }),
    "a signature of another day's key": async () => {
      const signed = await sign(endpoint, registration);
      const authorization = signed.headers.authorization!.replace(/\/\d{8}\//, "/20200101/");
      return { ...signed, headers: { ...signed.headers, authorization } };
    },
    "a signature in the query": async () => {
      const { headers, ...signed } = await sign(endpoint, registration);
      const { authorization, ...others } = headers;
      return {
        ...signed,
        path: `/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=${authorization!.slice(-64)}`,
        headers: others,
      };
    },
    "another Host, as after DNS rebinding": async () => {
      const rebound = { ...endpoint, url: endpoint.url.replace("127.0.0.1", "evil.example") };
      return sign(rebound, registration);
    },
    "localhost as Host": () => sign({ ...endpoint, url: endpoint.url.replace("127.0.0.1", "localhost") }, registration),
    "an Origin, as of a web page": () =>
      sign(endpoint, { ...registration, headers: { ...registration.headers, origin: endpoint.url } }),
    "half an Authorization header": async () => {
      const signed = await sign(endpoint, registration);
      return { ...signed, headers: { ...signed.headers, authorization: "AWS4-HMAC-SHA256 Credential=REHEARSAL" } };
    },
    "a form with another Host": async () =>
      sign({ ...endpoint, url: endpoint.url.replace("127.0.0.1", "evil.example") }, listeners),
    "a form that was changed": async () => ({
      ...(await sign(endpoint, listeners)),
      body: `${listeners.body}&PageSize=5`,
    }),
  };
  for (const [what, request] of Object.entries(spoilt)) {
    it(`refuses ${what}, and performs nothing`, async () => {
      const { status, body } = await send(endpoint, await request());
      assert.equal(status, 403, body);
      assert.match(
        body,
        what.includes("form") ? /<Code>(AccessDenied|SignatureDoesNotMatch)</ : /^\{"__type":"\w+Exception"/,
      );
      assert.deepEqual(aws.inputs, []);
    });
  }

  it("takes the clock of a hurried function, which is ahead", async () => {
    const patient = await startAwsEndpoint({ controlPlane: aws.controlPlane, longestAheadMs: 60 * 60_000 });
    try {
      const { status } = await send(patient, await sign(patient, registration, { date: minutesAgo(-50) }));
      assert.equal(status, 200);
    } finally {
      await patient.close();
    }
  });
});

type Config = ReturnType<typeof clientConfig>;

const isRefusal = (code: string) => (error: Error & { $metadata?: { httpStatusCode?: number } }) => {
  assert.deepEqual([error.name, error.$metadata?.httpStatusCode], [code, 403]);
  return true;
};
