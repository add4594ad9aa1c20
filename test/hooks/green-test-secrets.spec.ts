import assert from "node:assert/strict";
import type { GreenTestConfig, SecretConfig } from "../../hooks/green-test/checks";
import { AwsError } from "../../rehearsal/aws-endpoint/control-plane";
import type { InvocationOutcome } from "../../rehearsal/lambda/invoke-function";
import { deploymentId } from "./support/fake-aws";
import { type HookRehearsal, rehearseHook, verdictReason } from "./support/rehearsal";

const token = 'token "of" forty characters, more or less';
const header = { name: "X-Test", value: "open-sesame" };

describe("the green test hook of a stack with secrets", () => {
  let hook: HookRehearsal;
  afterEach(() => hook.close());

  /** Green answers with all that it was asked, and how the request was authorized. */
  const rehearse = async (secret: SecretConfig, config: Partial<GreenTestConfig> = {}) => {
    hook = await rehearseHook({ waitSeconds: 0, ...config });
    hook.aws.secretParameter = JSON.stringify(secret);
    hook.green.answer = (request, response) => {
      const { authorization = "", "x-test": opened = "", "x-long": long = "" } = request.headers;
      const status = authorization === token || opened === header.value ? 200 : 401;
      response.writeHead(status, { "x-echo": authorization }).end([authorization, opened, long].flat().join(" "));
    };
  };
  let invocations = 0;
  const invoke = (): Promise<InvocationOutcome> => {
    const event = { DeploymentId: deploymentId, LifecycleEventHookExecutionId: `execution-${invocations++}` };
    return hook.invoke({ event, byRule: false, readsParameter: true });
  };
  /** Everything that the hook said. */
  const said = (outcome: InvocationOutcome) => JSON.stringify([outcome, hook.log]);

  it("takes its checks from the parameter, and its wait from its own configuration", async () => {
    await rehearse({ checks: [{ path: "/private", headers: { authorization: token } }] });
    await invoke();
    assert.deepEqual(hook.aws.verdicts, ["Succeeded"]);
    assert.equal(hook.green.requests[0]!.url, "/private");
  });

  it("sends the test header with each check of its own configuration", async () => {
    await rehearse(
      { testHeader: header },
      { checks: [{ path: "/a" }, { path: "/b", headers: { accept: "text/html" } }] },
    );
    await invoke();
    assert.deepEqual(hook.aws.verdicts, ["Succeeded"]);
    assert.deepEqual(
      hook.green.requests.map(({ url }) => url),
      ["/a", "/b"],
    );
  });

  it("takes a changed value with its next invocation", async () => {
    await rehearse({ testHeader: { ...header, value: "an older value" } }, { checks: [{ path: "/" }] });
    await invoke();
    hook.aws.secretParameter = JSON.stringify({ testHeader: header });
    await invoke();
    assert.deepEqual(hook.aws.verdicts, ["Failed", "Succeeded"]);
  });

  it("asks Systems Manager again when it is throttled", async () => {
    await rehearse({ testHeader: header }, { checks: [{ path: "/" }] });
    hook.aws.parameterErrors = Array.from({ length: 4 }, () => new AwsError("ThrottlingException", "Rate exceeded"));
    await invoke();
    assert.deepEqual(hook.aws.verdicts, ["Succeeded"]);
  });

  it("fails green when the parameter cannot be read, and says which", async () => {
    await rehearse({});
    hook.aws.secretParameter = undefined;
    await invoke();
    assert.deepEqual(hook.aws.verdicts, ["Failed"]);
    assert.match(verdictReason(hook.log), /ParameterNotFound: no parameter demo-secrets-1234567/);
    assert.equal(hook.aws.calls.filter((call) => call === "getParameter").length, 1);
  });

  it("fails green when the parameter holds no JSON, and does not quote it", async () => {
    await rehearse({});
    hook.aws.secretParameter = token;
    const outcome = await invoke();
    assert.deepEqual(hook.aws.verdicts, ["Failed"]);
    assert.match(verdictReason(hook.log), /the parameter demo-secrets-1234567 holds no JSON/);
    assert.ok(!said(outcome).includes("forty"));
  });

  it("shows no secret where a check fails, though green answers with what it was sent", async () => {
    // The answer is cut in the middle of the long one.
    const long = "q".repeat(150);
    const [expected, pattern] = ["another text", "^a pattern"];
    const headers = { authorization: token, "X-Long": long };
    const wanted = { expectHeaders: { "x-echo": expected }, expectBodyContains: expected, expectBodyMatches: pattern };
    await rehearse({ checks: [{ path: "/private?key=abcdef", headers, ...wanted }] });
    const outcome = await invoke();
    assert.deepEqual(hook.aws.verdicts, ["Failed"]);
    assert.match(verdictReason(hook.log), /^checks\[0\]: expected header x-echo: \[secret\], got \[secret\]/);
    for (const secret of ["forty", "abcdef", "qqqq", expected, pattern])
      assert.ok(!said(outcome).includes(secret), `${secret} is in ${said(outcome)}`);
  });

  it("shows no secret of checks that cannot be sent", async () => {
    await rehearse({ checks: [{ path: "no slash, but a secret", headers: { "a b": token }, body: token }] });
    const outcome = await invoke();
    assert.deepEqual(hook.aws.verdicts, ["Failed"]);
    assert.match(verdictReason(hook.log), /checks\[0\]\.path is "\[secret\]"; expected a path/);
    assert.ok(!/forty|but a secret/.test(said(outcome)));
  });
});
