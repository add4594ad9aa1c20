import assert from "node:assert/strict";
import { greenTaskSet } from "../../hooks/green-test/prove-code-deploy";
import { report } from "../../hooks/green-test/report";
import { SecretTexts } from "../../hooks/secret-texts";
import { AwsError } from "../../rehearsal/aws-endpoint/control-plane";
import { startAwsEndpoint, type AwsEndpoint } from "../../rehearsal/aws-endpoint/endpoint";
import { deploymentId, FakeAws, hookExecutionId, testListenerArn } from "./support/fake-aws";

// In this process, whose clients are made once: so one endpoint for all, and a fresh deployment for each test.
describe("the hook's calls to AWS", () => {
  const testPort = 8090;
  const aws = new FakeAws(testPort);
  const ours = {
    AWS_REGION: "us-east-1",
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
  };
  const theirs = { ...process.env };
  let endpoint: AwsEndpoint;

  before(async () => {
    endpoint = await startAwsEndpoint({ controlPlane: aws });
    const { accessKeyId, secretAccessKey } = endpoint.credentials;
    const key = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
    Object.assign(process.env, ours, key, { AWS_ENDPOINT_URL: endpoint.url });
  });
  beforeEach(() => Object.assign(aws, new FakeAws(testPort)));
  after(async () => {
    process.env = theirs;
    await endpoint.close();
  });

  describe("that prove green", () => {
    const secrets = new SecretTexts([]);
    const hostHeader = "demo.elb.example.com";
    const config = { checks: [{ path: "/" }], secrets, waitSeconds: 0, testListenerArn, hostHeader };
    const prove = (id = deploymentId) => greenTaskSet(id, config)(AbortSignal.timeout(30_000));

    it("find where green answers: the load balancer's private addresses at the listener's port", async () => {
      aws.addresses = ["10.0.0.7", "10.0.1.7"];
      assert.deepEqual(await prove(), {
        protocol: "HTTP",
        addresses: ["10.0.0.7", "10.0.1.7"],
        port: testPort,
        host: "demo.elb.example.com",
      });
    });

    const refusals: { title: string; arrange: () => void; reason: RegExp }[] = [
      {
        title: "a listener that shares its traffic between green and blue",
        arrange: () => (aws.forwards = { "tg-green": 90, "tg-blue": 10 }),
        reason: /^the test listener still forwards to tg-blue \(weight 10\); green is tg-green$/,
      },
      {
        title: "a listener that forwards nowhere",
        arrange: () => (aws.forwards = {}),
        reason: /^the test listener forwards to no target group; green is tg-green$/,
      },
      {
        title: "a green without a healthy target",
        arrange: () => (aws.greenHealth = "unhealthy"),
        reason: /^tg-green has no healthy target \(unhealthy Target.ResponseCodeMismatch\)$/,
      },
      {
        title: "a green without a running task",
        arrange: () => (aws.greenRunning = 0),
        reason: /^no green task is running \(task set ACTIVE\)$/,
      },
      {
        title: "a deployment whose green and blue share a target group",
        arrange: () => (aws.blueGroup = "tg-green"),
        reason: /^green and blue are both in target group tg-green$/,
      },
      {
        title: "a load balancer without network interfaces",
        arrange: () => (aws.addresses = []),
        reason: /^found no network interface with the description "ELB app\/demo\/50dc6c495c0c9188"$/,
      },
    ];
    for (const { title, arrange, reason } of refusals) {
      it(`refuse ${title}`, async () => {
        arrange();
        await assert.rejects(prove(), { message: reason });
      });
    }

    it("refuse a deployment that does not exist", async () => {
      await assert.rejects(prove("d-OTHER"), { name: "DeploymentDoesNotExistException" });
    });
  });

  describe("that report the verdict", () => {
    const hook = { controller: "CODE_DEPLOY", deploymentId, hookExecutionId } as const;
    const context = { awsRequestId: "request-1", getRemainingTimeInMillis: () => 30_000 };
    const lines: string[] = [];
    const tell = () => {
      return report(hook, { status: "Failed", reason: "a test" }, context, (_, message) => lines.push(message));
    };
    beforeEach(() => (lines.length = 0));

    it("tell CodeDeploy", async () => {
      await tell();
      assert.deepEqual(aws.verdicts, ["Failed"]);
    });

    it("are content when CodeDeploy has the verdict of another container already", async () => {
      aws.reportErrors.push(new AwsError("LifecycleEventAlreadyCompletedException", "it has one"));
      await tell();
      assert.deepEqual(aws.verdicts, []);
      assert.deepEqual(lines, [
        "CodeDeploy has a verdict already: LifecycleEventAlreadyCompletedException: it has one",
      ]);
    });

    it("throw, with the verdict in the log, when CodeDeploy refuses it", async () => {
      aws.reportErrors.push(new AwsError("InvalidLifecycleEventHookExecutionIdException", "unknown hook"));
      await assert.rejects(tell(), { name: "InvalidLifecycleEventHookExecutionIdException" });
      assert.match(lines.join(), /^could not report Failed to CodeDeploy: .*unknown hook$/);
    });
  });
});
