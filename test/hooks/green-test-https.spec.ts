import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createServer } from "node:https";
import { CertificateAuthority } from "../../rehearsal/load-balancer/certificates";
import { hostHeader, type HookRehearsal, rehearseHook, verdictReason } from "./support/rehearsal";

describe("the test of green over HTTPS", function () {
  this.timeout(30_000);
  let authority: CertificateAuthority;
  let hook: HookRehearsal;

  before(async () => (authority = await CertificateAuthority.create()));
  afterEach(() => hook.close());

  /** Invokes the hook where green has a certificate for `name`. */
  async function test(name: string, { trusted }: { readonly trusted: boolean }) {
    const { certificate, privateKey } = await authority.issue([name]);
    hook = await rehearseHook(
      { checks: [{ path: "/" }], waitSeconds: 0 },
      createServer({ cert: certificate, key: privateKey }),
    );
    hook.aws.testProtocol = "HTTPS";
    const caFile = join(hook.codeDirectory, "ca.pem");
    await writeFile(caFile, authority.certificate);
    await hook.invoke(trusted ? { caFile } : {});
    return { verdicts: hook.aws.verdicts, reason: verdictReason(hook.log) };
  }

  it("passes under a certificate for the name that users call", async () => {
    const { verdicts } = await test(hostHeader, { trusted: true });
    assert.deepEqual(verdicts, ["Succeeded"]);
    const hosts = hook.green.requests.map(({ host }) => host);
    assert.deepEqual(hosts, [hostHeader]);
  });

  it("refuses a certificate for another name", async () => {
    const { verdicts, reason } = await test("other.example.com", { trusted: true });
    assert.deepEqual([verdicts, hook.green.requests], [["Failed"], []]);
    assert.match(reason, /altnames.*other\.example\.com/);
  });

  it("refuses a certificate of an authority that nobody trusts", async () => {
    const { verdicts, reason } = await test(hostHeader, { trusted: false });
    assert.deepEqual([verdicts, hook.green.requests], [["Failed"], []]);
    assert.match(reason, /unable to verify/);
  });
});
