import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { renderBuildspec } from "../../../components/pipeline/buildspec";
import { Clock } from "../../../rehearsal/clock";
import { runBuild } from "../../../rehearsal/codebuild/run-build";
import { type DockerImages, startDocker } from "../../../rehearsal/docker/images";
import { Timeline } from "../../../rehearsal/events";
import { createWorkspace, type Workspace } from "../../../rehearsal/workspace";
import { describeWithDocker, docker, makeBaseImage } from "./base-image";

/** A builder in a container reaches a registry on loopback from this machine's own network only. */
const dockerOnThisNetwork = `#!/bin/sh
[ "$1 $2" != "buildx create" ] || set -- "$@" --driver-opt network=host
PATH=\${PATH#*:} exec docker "$@"
`;

/** A step whose result is known again, as it is never the same twice. */
const make = (file: string) => `RUN ["node", "-e", "fs.writeFileSync('/${file}', String(Math.random()))"]\n`;

/** It needs a builder: Docker's `buildx`, and BuildKit's image, which is pulled unless it is there. */
describeWithDocker("a build with a cache in a registry, where Docker can make a builder", function () {
  this.timeout(300_000);
  let workspace: Workspace;
  let images: DockerImages;
  let base: string;
  let log: string[];
  let builds = 0;

  before(async function () {
    workspace = await createWorkspace();
    images = await startDocker({ workspace, timeline: new Timeline(new Clock(60)) });
    await writeFile(join(images.binDirectory, "docker"), dockerOnThisNetwork, { mode: 0o755 });
    const { status } = buildx("create", "--name", "greenlight", "--driver", "docker-container", "--bootstrap");
    forget();
    if (status !== 0) return this.skip();
    base = `${images.registry}/base/node:local`;
    makeBaseImage(base);
    docker("push", "--quiet", base);
    for (const name of ["source", "work"]) await mkdir(join(workspace.directory, name));
    await write({ Dockerfile: dockerfile("/tools"), "a.js": "1" });
  });
  after(() => workspace.close());
  afterEach(forget);

  const dockerfile = (tools: string) =>
    `FROM ${base} AS tools\n${make("tools")}FROM ${base}\nCOPY --from=tools /tools ${tools}\n${make("packages")}COPY a.js /\nCMD ["node", "/a.js"]\n`;

  async function write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, text] of Object.entries(files)) await writeFile(join(workspace.directory, "source", name), text);
  }

  function buildx(...words: readonly string[]) {
    const env = { ...process.env, ...images.buildEnvironment, PATH: `${images.binDirectory}:${process.env.PATH}` };
    return spawnSync("docker", ["buildx", ...words], { env, encoding: "utf8" });
  }

  /** The machine of the next build is a new one: its builder has built nothing. */
  function forget(): void {
    buildx("rm", "--force", "greenlight");
  }

  /** Builds the files as a commit of their own; returns the digests of the image's layers. */
  async function build(day = "today"): Promise<string[]> {
    const commitId = (++builds).toString().padStart(40, "0");
    const clock = new Clock(60);
    const timeline = new Timeline(clock);
    log = [];
    timeline.on(({ type, text }) => type === "output" && log.push(text));
    const { status } = await runBuild({
      buildspec: renderBuildspec({ buildCache: true }),
      sourceDirectory: join(workspace.directory, "source"),
      environment: {
        ...images.buildEnvironment,
        REPOSITORY_URI: `${images.registry}/shop`,
        CACHE_REPOSITORY_URI: `${images.registry}/shop-cache`,
        CACHE_TAG_FORMAT: day,
        IMAGE_PLATFORM: `linux/${process.arch === "arm64" ? "arm64" : "amd64"}`,
        AWS_DEFAULT_REGION: "eu-central-1",
        CODEBUILD_RESOLVED_SOURCE_VERSION: commitId,
      },
      pathPrefix: images.binDirectory,
      workDirectory: join(workspace.directory, "work"),
      timeoutMinutes: 10,
      clock,
      timeline,
      processes: workspace.processes,
      signal: new AbortController().signal,
    });
    forget();
    assert.equal(status, "SUCCEEDED", log.join("\n"));
    // An image is one manifest, whatever the client would take: a lifecycle policy expires the untagged parts of an index.
    const accept = ["oci.image.index.v1", "oci.image.manifest.v1", "docker.distribution.manifest.v2"];
    const url = `http://${images.registry}/v2/shop/manifests/${commitId}`;
    const answer = await fetch(url, { headers: { accept: accept.map((it) => `application/vnd.${it}+json`).join() } });
    const { layers = [] } = (await answer.json()) as { layers?: { digest: string }[] };
    return layers.map(({ digest }) => digest);
  }

  /** What a file of the last image says. */
  function read(file: string): string {
    const image = `${images.registry}/shop:${builds.toString().padStart(40, "0")}`;
    return docker("run", "--rm", image, "node", "-p", `fs.readFileSync("${file}", "utf8")`);
  }

  it("takes every step before the one that changed from the registry, byte by byte", async () => {
    const [base, tools, packages, app, ...rest] = await build();
    assert.deepEqual(rest, []);
    await write({ "a.js": "2" });
    const [sameBase, sameTools, samePackages, otherApp] = await build();
    assert.deepEqual([sameBase, sameTools, samePackages], [base, tools, packages], log.join("\n"));
    assert.notEqual(otherApp, app);
  });

  it("has the steps of stages that leave nothing but a copy in the image", async () => {
    await build();
    const [tools, packages] = [read("/tools"), read("/packages")];
    await write({ Dockerfile: dockerfile("/moved") });
    await build();
    assert.equal(read("/moved"), tools);
    assert.notEqual(read("/packages"), packages);
  });

  it("takes nothing from the day before", async () => {
    const [, tools, packages] = await build("tuesday");
    const [, otherTools, otherPackages] = await build("wednesday");
    assert.notEqual(otherTools, tools);
    assert.notEqual(otherPackages, packages);
  });
});
