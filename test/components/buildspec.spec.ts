import assert from "node:assert/strict";
import { cp, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { strFromU8, unzipSync } from "fflate";
import { renderBuildspec } from "../../components/buildspec";
import { Clock } from "../../rehearsal/clock";
import { parseBuildspec } from "../../rehearsal/codebuild/buildspec";
import type { BuildResult } from "../../rehearsal/codebuild/run-build";
import { runBuild } from "../../rehearsal/codebuild/run-build";
import { Timeline } from "../../rehearsal/events";
import { ImageStore } from "../../rehearsal/images/image-store";
import { installStandIns } from "../../rehearsal/images/stand-ins";

const commitId = "0123456789abcdef0123456789abcdef01234567";
const uri = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop";

describe("the buildspec, carried out", function () {
  this.timeout(60_000);
  let directory: string;
  let store: ImageStore;
  let log: string[];

  beforeEach(async () => {
    directory = await realpath(await mkdtemp(join(tmpdir(), "greenlight-buildspec-")));
    store = new ImageStore(join(directory, "store"));
    await store.createRepository(uri);
    for (const name of ["bin", "work", "source/service"]) await mkdir(join(directory, name), { recursive: true });
    await installStandIns({ binDirectory: join(directory, "bin"), storeDirectory: store.directory });
    await writeFile(
      join(directory, "source/service/Dockerfile"),
      "FROM node:22\nWORKDIR /app\nCOPY . .\nCMD node a.js\n",
    );
    await writeFile(join(directory, "source/service/a.js"), "console.log(1)\n");
    log = [];
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  const environment = {
    REPOSITORY_URI: uri,
    IMAGE_PLATFORM: "linux/amd64",
    APP_DIRECTORY: "service",
    AWS_DEFAULT_REGION: "eu-central-1",
    CODEBUILD_RESOLVED_SOURCE_VERSION: commitId,
  };

  function build(
    change: Record<string, string> = {},
    bin = "bin",
    args: Parameters<typeof renderBuildspec>[0] = {},
  ): Promise<BuildResult> {
    const clock = new Clock(60);
    const timeline = new Timeline(clock);
    timeline.on(({ type, text }) => type === "output" && log.push(text));
    return runBuild({
      buildspec: renderBuildspec(args),
      sourceDirectory: join(directory, "source"),
      environment: { ...environment, ...change },
      pathPrefix: join(directory, bin),
      workDirectory: join(directory, "work"),
      timeoutMinutes: 30,
      clock,
      timeline,
      processes: { add: () => undefined, remove: () => undefined },
      signal: new AbortController().signal,
    });
  }

  /** What `imageDetail.json` names. */
  function imageUri(result: BuildResult): string {
    assert.equal(result.status, "SUCCEEDED", log.join("\n"));
    const files = unzipSync(result.artifact ?? Buffer.alloc(0));
    assert.deepEqual(Object.keys(files).sort(), ["commit.txt", "imageDetail.json"]);
    assert.equal(strFromU8(files["commit.txt"]!), `${commitId}\n`);
    const detail = JSON.parse(strFromU8(files["imageDetail.json"]!)) as { ImageURI: string };
    assert.deepEqual(Object.keys(detail), ["ImageURI"]);
    return detail.ImageURI;
  }

  /** Puts a script before the stand-in of this name; `$REAL` is the stand-in. */
  async function wrap(name: "aws" | "docker", script: string): Promise<string> {
    await cp(join(directory, "bin"), join(directory, "wrapped"), { recursive: true });
    const text = `#!/bin/bash\nREAL='${join(directory, "bin", name)}'\n${script}\n`;
    await writeFile(join(directory, "wrapped", name), text, { mode: 0o755 });
    return "wrapped";
  }

  it("is a valid buildspec that runs in bash and is the same for every app", () => {
    const { version, env, artifacts } = parseBuildspec(renderBuildspec());
    assert.equal(version, 0.2);
    assert.equal(env?.shell, "bash");
    assert.deepEqual(artifacts, { files: ["imageDetail.json", "commit.txt"] });
    assert.equal(renderBuildspec(), renderBuildspec());
  });

  it("builds and pushes the commit's image and pins its digest", async () => {
    const pinned = imageUri(await build());
    assert.match(pinned, new RegExp(`^${uri}@sha256:[0-9a-f]{64}$`));
    const image = await store.resolve(pinned);
    assert.equal((await store.resolve(`${uri}:${commitId}`)).digest, image.digest);
    const root = join(directory, "root");
    await image.unpack(root);
    assert.equal(await readFile(join(root, "app/a.js"), "utf8"), "console.log(1)\n");
  });

  it("builds a commit once: a second build pins the same digest", async () => {
    const first = imageUri(await build());
    assert.ok(log.includes("It is not there yet"));
    log = [];
    const second = imageUri(await build());
    assert.equal(second, first);
    assert.ok(log.includes("Nothing to build: one commit is built once"), log.join("\n"));
    assert.ok(!log.some((line) => line.startsWith("Step ")));
  });

  it("fails with the reason when the directory has no Dockerfile", async () => {
    const result = await build({ APP_DIRECTORY: "other" });
    assert.equal(result.status, "FAILED");
    assert.match(result.reason ?? "", /There is no Dockerfile in the directory other of this commit/);
  });

  it("fails with the reason when the image cannot be built", async () => {
    await writeFile(join(directory, "source/service/Dockerfile"), "FROM node:22\nCOPY missing.js .\nCMD x\n");
    const result = await build();
    assert.equal(result.status, "FAILED");
    assert.match(result.reason ?? "", /COPY failed: .*missing.js/);
  });

  it("names all variables that are missing before it does anything", async () => {
    const result = await build({ REPOSITORY_URI: "", IMAGE_PLATFORM: "" });
    assert.equal(result.phases.at(-1)?.phaseType, "PRE_BUILD");
    assert.match(result.reason ?? "", /Missing environment variables: REPOSITORY_URI IMAGE_PLATFORM\. /);
  });

  it("takes a whole commit id only", async () => {
    const result = await build({ CODEBUILD_RESOLVED_SOURCE_VERSION: "main" });
    assert.match(result.reason ?? "", /must be a full commit id of 40 hexadecimal digits, but is main/);
  });

  it("does not take a refusal by ECR for an image that is not there", async () => {
    const denied =
      "An error occurred (AccessDeniedException) when calling the DescribeImages operation: not authorized";
    const bin = await wrap("aws", `[ "$2" = describe-images ] || exec "$REAL" "$@"; echo '${denied}' >&2; exit 254`);
    const result = await build({}, bin);
    assert.equal(result.status, "FAILED");
    assert.equal(result.phases.at(-1)?.phaseType, "PRE_BUILD");
    assert.match(result.reason ?? "", /did not answer whether the image is there:\n.*AccessDeniedException/);
    assert.ok(!log.some((line) => line.startsWith("Step ")));
  });

  it("fails when the login fails", async () => {
    const bin = await wrap(
      "aws",
      `[ "$2" = get-login-password ] || exec "$REAL" "$@"; echo 'Unable to locate credentials' >&2; exit 253`,
    );
    const result = await build({}, bin);
    assert.equal(result.status, "FAILED");
    assert.match(result.reason ?? "", /Unable to locate credentials/);
  });

  it("uses the image of another build of the same commit that pushed first", async () => {
    // The other build's push comes between this one's look and its push.
    const bin = await wrap("docker", `[ "$1" = push ] && "$REAL" "$@" >/dev/null; exec "$REAL" "$@"`);
    const pinned = imageUri(await build({}, bin));
    assert.ok(
      log.some((line) => line.includes("cannot be overwritten because the tag is immutable")),
      log.join("\n"),
    );
    assert.ok(log.includes("The push was refused; looking whether another build of this commit pushed it first"));
    assert.equal((await store.resolve(`${uri}:${commitId}`)).digest, (await store.resolve(pinned)).digest);
  });

  it("fails when the push fails and nobody else pushed", async () => {
    const bin = await wrap("docker", `[ "$1" = push ] || exec "$REAL" "$@"; echo 'denied: not authorized' >&2; exit 1`);
    const result = await build({}, bin);
    assert.equal(result.status, "FAILED");
    assert.match(result.reason ?? "", /denied: not authorized[^]*ImageNotFoundException/);
  });

  describe("with the app's tests", () => {
    const tests = (command: string) => build({ TEST_COMMAND: command }, "bin", { tests: true });

    it("runs them in the app's folder before it builds", async () => {
      imageUri(await tests("test -f a.js && echo all is well"));
      const [passed, started] = ["all is well", /^Building /].map((line) =>
        log.findIndex((it) => (typeof line === "string" ? it === line : line.test(it))),
      );
      assert.ok(passed! >= 0 && passed! < started!, log.join("\n"));
    });

    it("builds nothing where they fail, and says so", async () => {
      const { status, reason } = await tests("exit 3");
      assert.equal(status, "FAILED");
      assert.match(reason ?? "", /The tests failed with exit status 3; this commit is not released: exit 3/);
      assert.ok(!log.some((line) => line.startsWith("Building ")));
    });

    it("does not run them again for an image that was built before", async () => {
      await tests("true");
      assert.equal((await tests("exit 3")).status, "SUCCEEDED", log.join("\n"));
    });
  });

  describe("with a scan gate", () => {
    const gate = (bin = "bin") => build({ SCAN_SEVERITIES: "CRITICAL,HIGH" }, bin, { scanGate: true });
    const found = (...findings: object[]) =>
      writeFile(join(store.directory, "scan-findings.json"), JSON.stringify(findings));

    /** `aws` that answers the first two questions for the scan's status so. */
    async function answersAtFirst(answer: string): Promise<string> {
      const count = join(directory, "asked");
      await wrap(
        "aws",
        `case "$*" in *imageScanStatus*) ;; *) exec "$REAL" "$@" ;; esac
echo x >>'${count}'; [ "$(wc -l <'${count}')" -gt 2 ] && exec "$REAL" "$@"
${answer}`,
      );
      await writeFile(join(directory, "wrapped/sleep"), "#!/bin/sh\necho slept\n", { mode: 0o755 });
      return "wrapped";
    }

    it("releases an image in which ECR found nothing so severe", async () => {
      await found({ severity: "MEDIUM", name: "CVE-1" });
      imageUri(await gate());
      assert.ok(log.includes("ECR found nothing of CRITICAL,HIGH"));
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
      imageUri(await gate());
      await found({ severity: "HIGH", name: "CVE-2" });
      assert.equal((await gate()).status, "FAILED");
    });

    it("waits for a scan that has not begun, or is under way", async () => {
      const missing = "An error occurred (ScanNotFoundException) when calling DescribeImageScanFindings";
      imageUri(await gate(await answersAtFirst(`echo '${missing}' >&2; exit 254`)));
      assert.equal(log.filter((line) => line === "slept").length, 2);
    });

    it("lets nothing through unscanned", async () => {
      const { reason = "" } = await gate(await answersAtFirst("echo UNSUPPORTED_IMAGE"));
      assert.match(reason, /its scan is UNSUPPORTED_IMAGE\. No release goes through/);
    });

    it("does not take another refusal for a scan that has not begun", async () => {
      const denied = "An error occurred (AccessDeniedException) when calling DescribeImageScanFindings";
      const { reason = "" } = await gate(await answersAtFirst(`echo '${denied}' >&2; exit 254`));
      assert.match(reason, /AccessDeniedException/);
      assert.ok(!log.includes("slept"));
    });
  });
});
