import assert from "node:assert/strict";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { renderBuildspec } from "../../components/pipeline/buildspec";
import { parseBuildspec } from "../../rehearsal/codebuild/buildspec";
import { CommitBuild, commitId, uri } from "./support/commit-build";

describe("the buildspec, carried out", function () {
  this.timeout(60_000);
  let commit: CommitBuild;

  beforeEach(async () => {
    commit = await CommitBuild.open();
  });
  afterEach(() => commit.close());

  it("is a valid buildspec that runs in bash and is the same for every app", () => {
    const { version, env, artifacts } = parseBuildspec(renderBuildspec());
    assert.equal(version, 0.2);
    assert.equal(env?.shell, "bash");
    assert.deepEqual(artifacts, { files: ["imageDetail.json", "commit.txt"] });
    assert.equal(renderBuildspec(), renderBuildspec());
  });

  it("builds and pushes the commit's image and pins its digest", async () => {
    const pinned = commit.imageUri(await commit.run());
    assert.match(pinned, new RegExp(`^${uri}@sha256:[0-9a-f]{64}$`));
    const image = await commit.store.resolve(pinned);
    assert.equal((await commit.store.resolve(`${uri}:${commitId}`)).digest, image.digest);
    const root = join(commit.directory, "root");
    await image.unpack(root);
    assert.equal(await readFile(join(root, "app/a.js"), "utf8"), "console.log(1)\n");
  });

  it("replaces what the commit has by the names of its own files, and writes through no link", async () => {
    const outside = join(commit.directory, "outside");
    await writeFile(outside, "mine\n");
    await symlink(outside, join(commit.directory, "source/imageDetail.json"));
    await mkdir(join(commit.directory, "source/commit.txt"));
    assert.match(commit.imageUri(await commit.run()), /@sha256:/);
    assert.equal(await readFile(outside, "utf8"), "mine\n");
  });

  it("builds a commit once: a second build pins the same digest", async () => {
    const first = commit.imageUri(await commit.run());
    assert.ok(commit.log.includes("It is not there yet"));
    commit.log = [];
    const second = commit.imageUri(await commit.run());
    assert.equal(second, first);
    assert.ok(commit.log.includes("Nothing to build: one commit is built once"), commit.log.join("\n"));
    assert.ok(!commit.log.some((line) => line.startsWith("Step ")));
  });

  it("builds a commit again for tasks of another architecture, which cannot start the image that is there", async () => {
    const before = commit.imageUri(await commit.run());
    const arm = { IMAGE_PLATFORM: "linux/arm64" };
    const pinned = commit.imageUri(await commit.run(arm), `${commitId}-arm64`);
    assert.notEqual(pinned, before);
    assert.equal(`${uri}@${(await commit.store.resolve(`${uri}:${commitId}-arm64`)).digest}`, pinned);
    commit.log = [];
    assert.equal(commit.imageUri(await commit.run(arm), `${commitId}-arm64`), pinned);
    assert.ok(commit.log.includes("Nothing to build: one commit is built once"), commit.log.join("\n"));
  });

  it("fails with the reason when the directory has no Dockerfile", async () => {
    const result = await commit.run({ APP_DIRECTORY: "other" });
    assert.equal(result.status, "FAILED");
    assert.match(result.reason ?? "", /There is no Dockerfile in the directory other of this commit/);
  });

  it("fails with the reason when the image cannot be built", async () => {
    await commit.write({ Dockerfile: "FROM node:22\nCOPY missing.js .\nCMD x\n" });
    const result = await commit.run();
    assert.equal(result.status, "FAILED");
    assert.match(result.reason ?? "", /COPY failed: .*missing.js/);
  });

  it("names all variables that are missing before it does anything", async () => {
    const result = await commit.run({ REPOSITORY_URI: "", IMAGE_PLATFORM: "" });
    assert.equal(result.phases.at(-1)?.phaseType, "PRE_BUILD");
    assert.match(result.reason ?? "", /Missing environment variables: REPOSITORY_URI IMAGE_PLATFORM\. /);
  });

  it("takes a whole commit id only", async () => {
    const result = await commit.run({ CODEBUILD_RESOLVED_SOURCE_VERSION: "main" });
    assert.match(result.reason ?? "", /must be a full commit id of 40 hexadecimal digits, but is main/);
  });

  it("does not take a refusal by ECR for an image that is not there", async () => {
    const denied =
      "An error occurred (AccessDeniedException) when calling the DescribeImages operation: not authorized";
    const bin = await commit.wrap(
      "aws",
      `[ "$2" = describe-images ] || exec "$REAL" "$@"; echo '${denied}' >&2; exit 254`,
    );
    const result = await commit.run({}, bin);
    assert.equal(result.status, "FAILED");
    assert.equal(result.phases.at(-1)?.phaseType, "PRE_BUILD");
    assert.match(result.reason ?? "", /did not answer whether the image is there:\n.*AccessDeniedException/);
    assert.ok(!commit.log.some((line) => line.startsWith("Step ")));
  });

  it("fails when the login fails", async () => {
    const bin = await commit.wrap(
      "aws",
      `[ "$2" = get-login-password ] || exec "$REAL" "$@"; echo 'Unable to locate credentials' >&2; exit 253`,
    );
    const result = await commit.run({}, bin);
    assert.equal(result.status, "FAILED");
    assert.match(result.reason ?? "", /Unable to locate credentials/);
  });

  it("uses the image of another build of the same commit that pushed first", async () => {
    // The other build's push comes between this one's look and its push.
    const bin = await commit.wrap("docker", `[ "$1" = push ] && "$REAL" "$@" >/dev/null; exec "$REAL" "$@"`);
    const pinned = commit.imageUri(await commit.run({}, bin));
    assert.ok(
      commit.log.some((line) => line.includes("cannot be overwritten because the tag is immutable")),
      commit.log.join("\n"),
    );
    assert.ok(
      commit.log.includes("The image was not pushed; looking whether another build of this commit pushed it first"),
    );
    assert.equal(
      (await commit.store.resolve(`${uri}:${commitId}`)).digest,
      (await commit.store.resolve(pinned)).digest,
    );
  });

  it("fails when the push fails and nobody else pushed", async () => {
    const bin = await commit.wrap(
      "docker",
      `[ "$1" = push ] || exec "$REAL" "$@"; echo 'denied: not authorized' >&2; exit 1`,
    );
    const result = await commit.run({}, bin);
    assert.equal(result.status, "FAILED");
    assert.match(result.reason ?? "", /denied: not authorized[^]*ImageNotFoundException/);
  });

  describe("with a scan gate", () => {
    const gate = (bin = "bin") => commit.run({ SCAN_SEVERITIES: "CRITICAL,HIGH" }, bin, { scanGate: true });
    const found = (...findings: object[]) =>
      writeFile(join(commit.store.directory, "scan-findings.json"), JSON.stringify(findings));

    /** `aws` that answers the first two questions for the scan's status so. */
    async function answersAtFirst(answer: string): Promise<string> {
      const count = join(commit.directory, "asked");
      await commit.wrap(
        "aws",
        `case "$*" in *imageScanStatus*) ;; *) exec "$REAL" "$@" ;; esac
echo x >>'${count}'; [ "$(wc -l <'${count}')" -gt 2 ] && exec "$REAL" "$@"
${answer}`,
      );
      await writeFile(join(commit.directory, "wrapped/sleep"), "#!/bin/sh\necho slept\n", { mode: 0o755 });
      return "wrapped";
    }

    it("releases an image in which ECR found nothing so severe", async () => {
      await found({ severity: "MEDIUM", name: "CVE-1" });
      commit.imageUri(await gate());
      assert.ok(commit.log.includes("ECR found nothing of CRITICAL,HIGH"));
    });

    it("fails by the names of what is so severe or worse, and of nothing else", async () => {
      await found(
        { severity: "LOW", name: "CVE-1" },
        { severity: "HIGH", name: "CVE-2" },
        { severity: "CRITICAL", title: "CVE-3 - openssl" },
      );
      const { status, reason = "", artifact } = await gate();
      assert.deepEqual([status, artifact], ["FAILED", undefined]);
      assert.match(reason, /findings that stop a release \(CRITICAL,HIGH\):\nHIGH\tCVE-2\nCRITICAL\tCVE-3 - openssl$/);
    });

    it("judges an image that was built before", async () => {
      commit.imageUri(await gate());
      await found({ severity: "HIGH", name: "CVE-2" });
      assert.equal((await gate()).status, "FAILED");
    });

    it("waits for a scan that has not begun, or is under way", async () => {
      const missing = "An error occurred (ScanNotFoundException) when calling DescribeImageScanFindings";
      commit.imageUri(await gate(await answersAtFirst(`echo '${missing}' >&2; exit 254`)));
      assert.equal(commit.log.filter((line) => line === "slept").length, 2);
    });

    it("lets nothing through unscanned", async () => {
      const { reason = "" } = await gate(await answersAtFirst("echo UNSUPPORTED_IMAGE"));
      assert.match(reason, /its scan is UNSUPPORTED_IMAGE\. No release goes through/);
    });

    it("does not take another refusal for a scan that has not begun", async () => {
      const denied = "An error occurred (AccessDeniedException) when calling DescribeImageScanFindings";
      const { reason = "" } = await gate(await answersAtFirst(`echo '${denied}' >&2; exit 254`));
      assert.match(reason, /AccessDeniedException/);
      assert.ok(!commit.log.includes("slept"));
    });
  });
});
