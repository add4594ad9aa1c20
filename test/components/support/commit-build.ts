import assert from "node:assert/strict";
import { cp, mkdir, mkdtemp, realpath, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { strFromU8, unzipSync } from "fflate";
import { type BuildspecArgs, renderBuildspec } from "../../../components/pipeline/buildspec";
import { Clock } from "../../../rehearsal/clock";
import { type BuildResult, runBuild } from "../../../rehearsal/codebuild/run-build";
import { Timeline } from "../../../rehearsal/events";
import { ImageStore } from "../../../rehearsal/images/image-store";
import { installStandIns } from "../../../rehearsal/images/stand-ins";
import { chooseSandbox } from "../../../rehearsal/sandbox/mode";
import { removeTree } from "../../../rehearsal/sandbox/remove-tree";

export const commitId = "0123456789abcdef0123456789abcdef01234567";
export const uri = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop";

const environment = {
  REPOSITORY_URI: uri,
  IMAGE_PLATFORM: "linux/amd64",
  APP_DIRECTORY: "service",
  AWS_DEFAULT_REGION: "eu-central-1",
  CODEBUILD_RESOLVED_SOURCE_VERSION: commitId,
};

/** A small app in the folder `service` of a commit, and the means to carry out its build with the stand-ins. */
export class CommitBuild {
  /** What the builds printed. */
  log: string[] = [];
  readonly store: ImageStore;

  private constructor(readonly directory: string) {
    this.store = new ImageStore(join(directory, "store"));
  }

  static async open(): Promise<CommitBuild> {
    const build = new CommitBuild(await realpath(await mkdtemp(join(tmpdir(), "greenlight-buildspec-"))));
    const { directory, store } = build;
    await store.createRepository(uri);
    for (const name of ["bin", "work", "source/service"]) await mkdir(join(directory, name), { recursive: true });
    const sandbox = await chooseSandbox(directory, undefined, () => undefined);
    await installStandIns({ binDirectory: join(directory, "bin"), storeDirectory: store.directory, sandbox });
    await build.write({
      Dockerfile: "FROM node:22\nWORKDIR /app\nCOPY . .\nCMD node a.js\n",
      "a.js": "console.log(1)\n",
    });
    return build;
  }

  /** Writes files of the app. */
  async write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, text] of Object.entries(files))
      await writeFile(join(this.directory, "source/service", name), text);
  }

  run(change: Record<string, string> = {}, bin = "bin", args: BuildspecArgs = {}): Promise<BuildResult> {
    return this.perform(renderBuildspec(args), { ...environment, ...change }, bin);
  }

  /** Carries out any buildspec on the commit, with these variables alone. */
  perform(buildspec: string, environment: Record<string, string>, bin = "bin"): Promise<BuildResult> {
    const clock = new Clock(60);
    const timeline = new Timeline(clock);
    timeline.on(({ type, text }) => type === "output" && this.log.push(text));
    return runBuild({
      buildspec,
      sourceDirectory: join(this.directory, "source"),
      environment,
      pathPrefix: join(this.directory, bin),
      workDirectory: join(this.directory, "work"),
      timeoutMinutes: 30,
      clock,
      timeline,
      processes: { add: () => undefined, remove: () => undefined },
      signal: new AbortController().signal,
    });
  }

  /** What `imageDetail.json` names. */
  imageUri(result: BuildResult, commit = commitId): string {
    assert.equal(result.status, "SUCCEEDED", this.log.join("\n"));
    const files = unzipSync(result.artifact ?? Buffer.alloc(0));
    assert.deepEqual(Object.keys(files).sort(), ["commit.txt", "imageDetail.json"]);
    assert.equal(strFromU8(files["commit.txt"]!), `${commit}\n`);
    const detail = JSON.parse(strFromU8(files["imageDetail.json"]!)) as { ImageURI: string };
    assert.deepEqual(Object.keys(detail), ["ImageURI"]);
    return detail.ImageURI;
  }

  /** Puts a script before the stand-in of this name; `$REAL` is the stand-in. Returns the folder for `run`. */
  async wrap(name: "aws" | "docker", script: string): Promise<string> {
    await cp(join(this.directory, "bin"), join(this.directory, "wrapped"), { recursive: true });
    const text = `#!/bin/bash\nREAL='${join(this.directory, "bin", name)}'\n${script}\n`;
    await writeFile(join(this.directory, "wrapped", name), text, { mode: 0o755 });
    return "wrapped";
  }

  close(): Promise<void> {
    return removeTree(this.directory);
  }
}
