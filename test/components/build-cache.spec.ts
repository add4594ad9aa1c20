import assert from "node:assert/strict";
import { join } from "node:path";
import { writeFile } from "node:fs/promises";
import { parse } from "yaml";
import { devGraph, type Graph, its, refusal, statements } from "../support/graph";
import { promoteFrom } from "../support/promotion";
import { CommitBuild, uri } from "./support/commit-build";
import { needNamespaces } from "../support/namespaces";

const repositoryType = "aws:ecr/repository:Repository";

interface Project {
  readonly environment: { readonly environmentVariables: readonly { name: string; value: string }[] };
  readonly source: { readonly buildspec: string };
}

describe("the build's cache", () => {
  const projectOf = (graph: Graph) => graph.recorder.find("aws:codebuild/project:Project").inputs as unknown as Project;
  const variablesOf = (graph: Graph) =>
    Object.fromEntries(projectOf(graph).environment.environmentVariables.map(({ name, value }) => [name, value]));

  it("is a repository of its own, whose tags move and which forgets, beside one whose tags never move", async () => {
    const graph = await devGraph({ buildCache: {} });
    assert.deepEqual(graph.recorder.find(repositoryType, "-cache").inputs, {
      imageTagMutability: "MUTABLE",
      encryptionConfigurations: [{ encryptionType: "KMS" }],
      forceDelete: true,
    });
    const { repository, policy } = graph.recorder.find("aws:ecr/lifecyclePolicy:LifecyclePolicy", "-cache").inputs;
    assert.equal(repository, its(graph, repositoryType, "-cache", "name"));
    const { rules } = JSON.parse(policy as string) as { rules: { selection: object }[] };
    assert.deepEqual(
      rules.map(({ selection }) => selection),
      [{ tagStatus: "any", countType: "sinceImagePushed", countUnit: "days", countNumber: 7 }],
    );
    const tags = graph.recorder.all(repositoryType).map(({ inputs }) => inputs.imageTagMutability);
    assert.deepEqual(tags, ["IMMUTABLE", "MUTABLE"]);
  });

  it("is new each day, or each week where the stack says so", async () => {
    const graph = await devGraph({ buildCache: {} });
    const { CACHE_REPOSITORY_URI, CACHE_TAG_FORMAT } = variablesOf(graph);
    assert.equal(CACHE_REPOSITORY_URI, its(graph, repositoryType, "-cache", "repositoryUrl"));
    assert.equal(CACHE_TAG_FORMAT, "%F");
    assert.equal(variablesOf(await devGraph({ buildCache: { freshEvery: "week" } })).CACHE_TAG_FORMAT, "%G-W%V");
  });

  it("is written and read by the build alone, which may pull nothing else", async () => {
    const graph = await devGraph({ buildCache: {} });
    const cache = its(graph, repositoryType, "-cache", "arn");
    const roles = graph.recorder.all("aws:iam/role:Role").map(({ name }) => name);
    const allowed = roles.filter((role) => statements(graph, role).some(({ Resource }) => Resource.includes(cache)));
    assert.deepEqual(allowed, ["greenlight-dev-build"]);
    const pulling = statements(graph, "-build").filter(({ Action }) => Action.includes("ecr:GetDownloadUrlForLayer"));
    assert.deepEqual(
      pulling.map(({ Resource }) => Resource),
      [[cache]],
    );
  });

  it("is not there unless a stack asks for it", async () => {
    const graph = await devGraph();
    assert.equal(graph.recorder.all(repositoryType).length, 1);
    const { phases } = parse(projectOf(graph).source.buildspec) as { phases: { pre_build: { commands: string[] } } };
    assert.ok(!phases.pre_build.commands.join("\n").includes("buildx"));
  });

  it("is refused where nothing is built", async () => {
    const { paths, registered } = await refusal({ promoteFrom, buildCache: {} });
    assert.deepEqual([paths, registered], [["buildCache"], []]);
  });
});

describe("a build with a cache, carried out", function () {
  this.timeout(60_000);
  const cache = `${uri}-cache`;
  let commit: CommitBuild;
  let builds = 0;

  beforeEach(async function () {
    await needNamespaces(this);
    commit = await CommitBuild.open();
    await commit.store.createRepository(cache, "MUTABLE");
    await commit.write({
      Dockerfile:
        "FROM node:22 AS tools\nCOPY tools.txt .\nRUN node -e 'console.log(`tools are made`)'\n" +
        "FROM node:22\nCOPY --from=tools tools.txt .\nRUN node -e 'console.log(`packages are installed`)'\nCOPY a.js .\nCMD node a.js\n",
      "tools.txt": "1",
    });
  });
  afterEach(() => commit?.close());

  /** Builds the files as a commit of their own, on a machine that has built nothing yet; returns what it printed. */
  async function build({ bin = "bin", tag = "%F", repository = cache } = {}): Promise<string[]> {
    const id = (++builds).toString().padStart(40, "0");
    commit.log = [];
    const variables = {
      CACHE_REPOSITORY_URI: repository,
      CACHE_TAG_FORMAT: tag,
      CODEBUILD_RESOLVED_SOURCE_VERSION: id,
    };
    commit.imageUri(await commit.run(variables, bin, { buildCache: true }), id);
    return commit.log;
  }
  const made = (log: readonly string[]) =>
    log.filter((line) => /^(tools are made|packages are installed)$/.test(line)).length;

  it("does only what has changed, in every stage", async () => {
    assert.equal(made(await build()), 2);
    await commit.write({ "a.js": "console.log(2)\n" });
    const log = await build();
    assert.equal(made(log), 0, log.join("\n"));
    await commit.write({ "tools.txt": "2" });
    assert.equal(made(await build()), 2);
  });

  it("has the image that a build without a cache makes", async () => {
    await build();
    await commit.write({ "a.js": "console.log(2)\n" });
    await build();
    const cached = await commit.store.resolve(`${uri}:${builds.toString().padStart(40, "0")}`);
    const plain = await commit.store.resolve(commit.imageUri(await commit.run()));
    assert.equal(cached.digest, plain.digest);
  });

  it("does everything anew when another day has begun", async () => {
    await build({ tag: "monday" });
    assert.equal(made(await build({ tag: "tuesday" })), 2);
    assert.equal(made(await build({ tag: "tuesday" })), 0);
  });

  it("builds without it where there is no builder that could use it, and says so", async () => {
    await build();
    const bin = await commit.wrap(
      "docker",
      `[ "$1 $2" = "buildx create" ] || exec "$REAL" "$@"; echo 'toomanyrequests: You have reached your pull rate limit' >&2; exit 1`,
    );
    const log = await build({ bin });
    assert.equal(made(log), 2);
    assert.ok(log.includes("There is no builder that could use the cache; every step is built anew"), log.join("\n"));
  });

  it("builds and pushes all the same where the cache can be neither read nor written", async () => {
    const log = await build({ repository: `${uri}-gone` });
    assert.ok(
      log.some((line) => /does not exist in the registry.* \(ignored\)$/.test(line)),
      log.join("\n"),
    );
  });

  it("fails with the reason when the image cannot be built", async () => {
    await writeFile(join(commit.directory, "source/service/Dockerfile"), "FROM node:22\nCOPY missing.js .\nCMD x\n");
    const variables = { CACHE_REPOSITORY_URI: cache, CACHE_TAG_FORMAT: "%F" };
    const { status, reason } = await commit.run(variables, "bin", { buildCache: true });
    assert.equal(status, "FAILED");
    assert.match(reason ?? "", /COPY failed: .*missing.js[^]*ImageNotFoundException/);
  });

  it("makes no builder for a commit that was built before", async () => {
    const variables = { CACHE_REPOSITORY_URI: cache, CACHE_TAG_FORMAT: "%F" };
    const once = () => commit.run(variables, "bin", { buildCache: true });
    const first = commit.imageUri(await once());
    commit.log = [];
    assert.equal(commit.imageUri(await once()), first);
    assert.ok(commit.log.includes("No cache is needed"), commit.log.join("\n"));
  });
});
