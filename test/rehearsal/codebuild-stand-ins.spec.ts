import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import type { BuildRequest, BuildResult } from "../../rehearsal/codebuild/run-build";
import type { TimelineEvent } from "../../rehearsal/events";
import { installStandIns } from "../../rehearsal/images/stand-ins";
import { runBuildIn } from "./support/run-build-in";

describe("a build among stand-ins", () => {
  let directory: string;
  let printed: string[];

  beforeEach(async () => {
    directory = await realpath(await mkdtemp(join(tmpdir(), "greenlight-codebuild-")));
    printed = [];
    for (const name of ["source", "bin", "work"]) await mkdir(join(directory, name));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  function build(buildspec: object, change: Partial<BuildRequest> = {}): Promise<BuildResult> {
    const keep = ({ type, text }: TimelineEvent) => void (type === "output" && printed.push(text));
    return runBuildIn(directory, stringify({ version: 0.2, ...buildspec }), keep, change);
  }

  for (const shell of ["sh", "bash"] as const) {
    for (const fault of ["cannot be started", "has a colon in its path"] as const) {
      it(`does not begin in ${shell} where a stand-in ${fault}, and calls no real program`, async () => {
        const binDirectory = join(directory, fault === "cannot be started" ? "bin" : "b:in");
        const real = join(directory, "real");
        for (const folder of [binDirectory, real]) await mkdir(folder, { recursive: true });
        await writeFile(join(real, "docker"), `#!/bin/sh\ntouch ${join(directory, "called")}\n`, { mode: 0o755 });
        const standIns = await installStandIns({ binDirectory, storeDirectory: directory, names: ["docker"] });
        if (fault === "cannot be started") await chmod(join(binDirectory, "docker"), 0o644);
        const { PATH } = process.env;
        process.env.PATH = `${real}:${PATH}`;
        try {
          const commands = ["docker version"];
          const result = await build(
            { env: { shell }, phases: { build: { commands } } },
            { pathPrefix: binDirectory, standIns },
          );
          assert.equal(result.status, "FAILED");
          assert.match(result.reason ?? "", /would call this machine's own docker: .*\. Set TMPDIR to a folder/);
          assert.deepEqual(printed, []);
          assert.equal(existsSync(join(directory, "called")), false);
        } finally {
          process.env.PATH = PATH;
        }
      });
    }
  }

  it("begins where every stand-in answers", async () => {
    const binDirectory = join(directory, "bin");
    const standIns = await installStandIns({ binDirectory, storeDirectory: directory });
    assert.deepEqual(standIns, ["docker", "aws"]);
    const result = await build({ phases: { build: { commands: ["docker version"] } } }, { standIns });
    assert.equal(result.status, "SUCCEEDED", result.reason);
    assert.deepEqual(printed, ["Docker version 0 (Greenlight rehearsal)"]);
  });

  it("has dead endpoints for the real programs, and no metadata service", async () => {
    const commands = ['echo "$AWS_ENDPOINT_URL $DOCKER_HOST $AWS_EC2_METADATA_DISABLED"'];
    await build({ phases: { build: { commands } } });
    assert.deepEqual(printed, ["http://127.0.0.1:9 unix:///dev/null/docker.sock true"]);
  });
});
