import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parseDockerfile, replaceVariables } from "../../rehearsal/images/dockerfile";
import { readDockerignore } from "../../rehearsal/images/globs";
import { ImageWorkshop } from "./support/image-workshop";
import { needNamespaces } from "../support/namespaces";

describe("an image built without Docker", function () {
  this.timeout(60_000);
  let workshop: ImageWorkshop;

  beforeEach(async () => {
    workshop = await ImageWorkshop.open();
  });
  afterEach(() => workshop.close());

  describe("a Dockerfile", () => {
    it("names every wrong line at once", () => {
      assert.throws(() => parseDockerfile("RUN x\nFOO bar\nCOPY"), {
        message:
          "Dockerfile: line 1: RUN stands before FROM; only ARG may\nDockerfile: line 2: unknown instruction: FOO\n" +
          "Dockerfile: line 3: COPY needs an argument\n" +
          "Dockerfile: there is no FROM: a Dockerfile begins with the image that it builds on",
      });
    });

    it("keeps the spaces of the exec form, and takes what is no JSON for the shell form", () => {
      const [stage] = parseDockerfile('FROM node\nCMD ["sh", "-c", "node a.js"]\nCMD [node, a.js]').stages;
      assert.deepEqual(stage.instructions[0]?.execForm, ["sh", "-c", "node a.js"]);
      assert.equal(stage.instructions[1]?.execForm, undefined);
    });

    it("replaces variables as Docker does", () => {
      const variables = new Map([["A", "1"]]);
      assert.equal(replaceVariables("$A ${A} ${B:-2} ${A:+3}${B:+4} \\$A $B.", variables), "1 1 2 3 $A .");
    });

    it("needs something to start", async () => {
      const app = await workshop.write({ Dockerfile: "FROM node:22\nWORKDIR /app" });
      await assert.rejects(workshop.build(app), /the stage that begins in line 1 has no CMD and no ENTRYPOINT/);
    });

    it("that is not there is named as Docker names it", async () => {
      const app = await workshop.write({ "a.txt": "" });
      await assert.rejects(workshop.build(app), /unable to prepare context: .*Dockerfile: no such file or directory/);
    });
  });

  describe("a build", () => {
    it("copies files, directories and patterns to where Docker puts them", async () => {
      const app = await workshop.write({
        Dockerfile:
          'FROM node:22\nWORKDIR /app\nCOPY *.json ./\nCOPY src lib\nCOPY src/one.js /bin/renamed.js\nCOPY ["a b.txt", "/"]\nCMD x',
        "package.json": "{}",
        "src/one.js": "1",
        "src/deep/two.js": "2",
        "a b.txt": "spaces",
      });
      const read = await workshop.contents(await workshop.build(app));
      assert.equal(await read("app/package.json"), "{}");
      assert.equal(await read("app/lib/one.js"), "1");
      assert.equal(await read("app/lib/deep/two.js"), "2");
      assert.equal(await read("bin/renamed.js"), "1");
      assert.equal(await read("a b.txt"), "spaces");
    });

    it("fails with the line whose COPY has no source", async () => {
      const app = await workshop.write({ Dockerfile: "FROM node:22\nCOPY missing.js .\nCMD x" });
      await assert.rejects(
        workshop.build(app),
        /^Error: Dockerfile line 2: COPY failed: file not found.*stat missing.js/,
      );
    });

    it("does not see what .dockerignore excludes, and sees its exceptions", async () => {
      const ignored = readDockerignore("# comment\nnode_modules\n*.md\ndocs\n!docs/keep.md\n**/*.log\n");
      assert.equal(ignored.excludes("node_modules/a/b.js"), true);
      assert.equal(ignored.excludes("packages/node_modules/a.js"), false);
      assert.equal(ignored.excludes("docs/other.md"), true);
      assert.equal(ignored.excludes("docs/keep.md"), false);
      assert.equal(ignored.excludes("deep/down/a.log"), true);
      const app = await workshop.write({
        Dockerfile: "FROM node:22\nCOPY . /app\nCMD x",
        ".dockerignore": "secret\ndocs\n!docs/keep.md\n",
        "secret/key": "k",
        "docs/keep.md": "kept",
        "docs/other.md": "",
      });
      const read = await workshop.contents(await workshop.build(app));
      assert.equal(await read("app/docs/keep.md"), "kept");
      await assert.rejects(read("app/docs/other.md"), /ENOENT/);
      await assert.rejects(read("app/secret/key"), /ENOENT/);
    });

    it("copies from an earlier stage and leaves out a stage that nothing needs", async function () {
      await needNamespaces(this);
      const app = await workshop.write({
        Dockerfile:
          "FROM node:22 AS build\nRUN mkdir /out && echo built > /out/a.txt\nFROM node:22 AS unused\nRUN node -e 'process.exit(1)'\n" +
          "FROM node:22\nCOPY --from=build /out /app\nCMD x",
      });
      const read = await workshop.contents(await workshop.build(app));
      assert.equal(await read("app/a.txt"), "built\n");
    });

    it("gives the same digest for the same sources, and another for another content", async () => {
      const files = { Dockerfile: "FROM node:22\nCOPY . /app\nCMD x", "a.txt": "1" };
      const first = await workshop.build(await workshop.write(files, "first"));
      const second = await workshop.build(await workshop.write(files, "second"));
      const third = await workshop.build(await workshop.write({ ...files, "a.txt": "2" }, "third"));
      assert.match(first.digest, /^sha256:[0-9a-f]{64}$/);
      assert.equal(second.digest, first.digest);
      assert.notEqual(third.digest, first.digest);
    });

    it("runs a step once while what it depends on stays the same", async function () {
      await needNamespaces(this);
      const Dockerfile =
        "FROM node:22\nWORKDIR /app\nCOPY package.json .\nRUN node -e 'console.log(`ran`)'\nCOPY . .\nCMD node a.js";
      const app = await workshop.write({ Dockerfile, "package.json": "{}", "a.js": "1" });
      const count = () => workshop.lines.filter((line) => line === "ran").length;
      await workshop.build(app);
      await workshop.write({ "a.js": "2" });
      const read = await workshop.contents(await workshop.build(app));
      assert.equal(count(), 1);
      assert.equal(await read("app/a.js"), "2");
      assert.ok(workshop.lines.includes(" ---> Using cache"));
      await workshop.write({ "package.json": '{ "name": "other" }' });
      await workshop.build(app);
      assert.equal(count(), 2);
    });

    it("hands ARG and ENV to its commands, and says which build argument nobody takes", async function () {
      await needNamespaces(this);
      const app = await workshop.write({
        Dockerfile:
          "ARG NODE=22\nFROM node:${NODE}-alpine\nARG COMMIT_ID=none\nENV COMMIT=$COMMIT_ID\n" +
          "RUN node -e 'console.log(process.env.COMMIT, process.env.SECRET_OF_THE_PERSON)'\nCMD x",
      });
      process.env.SECRET_OF_THE_PERSON = "leaked";
      try {
        await workshop.build(app, "app", { COMMIT_ID: "abc", OTHER: "1" });
      } finally {
        delete process.env.SECRET_OF_THE_PERSON;
      }
      assert.ok(workshop.lines.includes("abc undefined"), workshop.lines.join("\n"));
      assert.ok(workshop.lines.includes("Step 1/5 : FROM node:22-alpine"));
      assert.ok(workshop.lines.includes("[Warning] One or more build-args [OTHER] were not consumed"));
    });

    it("does not warn of COMMIT_ID, which every build gets and few apps take", async () => {
      await workshop.build(await workshop.write({ Dockerfile: "FROM node:22\nCMD x" }), "app", { COMMIT_ID: "abc" });
      assert.ok(!workshop.lines.some((line) => line.includes("not consumed")), workshop.lines.join("\n"));
    });

    it("fails with the status of a failing RUN", async function () {
      await needNamespaces(this);
      const app = await workshop.write({ Dockerfile: "FROM node:22\nRUN node -e 'process.exit(3)'\nCMD x" });
      await assert.rejects(
        workshop.build(app),
        /Dockerfile line 2: The command 'node -e .* returned a non-zero code: 3/,
      );
    });

    it("runs each line whole in a shell whose files are the image's, and nothing of it outside", async function () {
      await needNamespaces(this);
      const marker = join(workshop.directory, "made");
      const app = await workshop.write({
        Dockerfile: `FROM node:22\nRUN sh -c 'mkdir -p ${dirname(marker)} && touch ${marker}' && node -v | tee /version\nCMD ["node"]`,
      });
      const image = await workshop.build(app);
      const read = await workshop.contents(image);
      assert.equal(await read("version"), `${process.version}\n`);
      assert.equal(await read(marker), "");
      await assert.rejects(readFile(marker), /ENOENT/);
    });

    it("forgets the CMD of its base with a new ENTRYPOINT, but not its own", async () => {
      const base = 'FROM node:22 AS base\nCMD ["base.js"]\nFROM base\n';
      const own = await workshop.build(
        await workshop.write({ Dockerfile: `${base}CMD ["own.js"]\nENTRYPOINT ["node"]` }),
      );
      assert.deepEqual([own.config.Entrypoint, own.config.Cmd], [["node"], ["own.js"]]);
      const other = await workshop.build(await workshop.write({ Dockerfile: `${base}ENTRYPOINT ["node", "x.js"]` }));
      assert.deepEqual([other.config.Entrypoint, other.config.Cmd], [["node", "x.js"], undefined]);
    });

    it("says that a base image's own files are not there", async () => {
      await workshop.buildFiles({ Dockerfile: 'FROM nginx:alpine\nCMD ["sleep", "1"]' });
      assert.ok(workshop.lines.includes(" ---> nginx:alpine is not pulled: its files and settings are not there"));
    });

    it("lays a bind mount over the image only while the command runs", async function () {
      await needNamespaces(this);
      const app = await workshop.write({
        Dockerfile:
          "FROM node:22\nWORKDIR /app\nRUN --mount=type=bind,source=in.txt,target=in.txt --mount=type=cache,target=/c cp in.txt out.txt\nCMD x",
        "in.txt": "mounted",
      });
      const read = await workshop.contents(await workshop.build(app));
      assert.equal(await read("app/out.txt"), "mounted");
      await assert.rejects(read("app/in.txt"), /ENOENT/);
    });
  });
});
