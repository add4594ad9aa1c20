import assert from "node:assert/strict";
import { mkdir, readdir, readFile, readlink, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readNotes } from "../../rehearsal/images/build-notes";
import { ImageWorkshop } from "./support/image-workshop";

describe("a Dockerfile where nothing confines a program", function () {
  this.timeout(120_000);
  let workshop: ImageWorkshop;

  beforeEach(async () => {
    workshop = await ImageWorkshop.open("none");
  });
  afterEach(() => workshop.close());

  it("has its files, variables and folders", async () => {
    const image = await workshop.buildFiles({
      Dockerfile: 'FROM node:22\nARG A=1\nENV B=$A\nWORKDIR /app\nCOPY a*.txt b*.txt ./\nCMD ["node", "x.js"]',
      "a.txt": "a",
    });
    assert.equal(await (await workshop.contents(image))("app/a.txt"), "a");
    assert.ok(image.config.Env.includes("B=1"));
  });

  it("has its packages, without their scripts or the project's", async () => {
    const scripts = { postinstall: "node -e \"fs.writeFileSync('ran', '')\"" };
    const image = await workshop.buildFiles({
      Dockerfile:
        'FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm install --omit=dev && npm cache clean --force\nCMD ["node"]',
      "package.json": JSON.stringify({ name: "shop", scripts, dependencies: { own: "file:own" } }),
      "own/package.json": JSON.stringify({ name: "own", version: "1.0.0", scripts }),
      "own/index.js": "module.exports = 1",
    });
    const read = await workshop.contents(image);
    assert.equal(await read("app/node_modules/own/index.js"), "module.exports = 1");
    await assert.rejects(read("app/ran"), /ENOENT/);
    await assert.rejects(read("app/own/ran"), /ENOENT/);
  });

  it("has its packages by files that are there for one line only", async () => {
    const mount = "--mount=type=bind,source=package.json,target=package.json";
    const image = await workshop.buildFiles({
      Dockerfile: `FROM node:22\nWORKDIR /app\nRUN ${mount} --mount=type=cache,target=/root/.npm npm install\nCMD ["node"]`,
      "package.json": JSON.stringify({ name: "shop" }),
    });
    const files = (await image.tree()).map(({ path }) => path);
    assert.deepEqual(
      files.filter((path) => path.endsWith(".json")),
      ["app/package-lock.json"],
    );
  });

  it("fails with the lines that were left out", async () => {
    const built = workshop.buildFiles({
      Dockerfile: 'FROM node:22 AS build\nRUN mkdir /out\nFROM node:22\nCOPY --from=build /out /out\nCMD ["node"]',
    });
    const last = /\nThis line of your Dockerfile was not carried out: 2. --runtime docker carries it out.$/;
    await assert.rejects(built, (error: Error) => last.test(error.message));
  });

  it("names every other line at once, and again at the end", async () => {
    const marker = join(workshop.directory, "ran");
    const lines = [
      `touch ${marker}`,
      "npm run build",
      "npm ci; true",
      "npm install -g x",
      "npm install --prefix=/x",
      "yarn add x",
    ];
    await workshop.buildFiles({
      Dockerfile: `FROM node:22\n${lines.map((line) => `RUN ${line}`).join("\n")}\nRUN ["npm", "ci"]\nCMD ["node"]`,
    });
    await assert.rejects(readFile(marker), /ENOENT/);
    assert.ok(workshop.lines.includes(" ---> Line 2 is not carried out, since nothing can confine it here"));
    const last =
      "These lines of your Dockerfile were not carried out: 2, 3, 4, 5, 6, 7, 8. --runtime docker carries them out.";
    assert.equal(workshop.lines.at(-1), ` ---> ${last}`);
    assert.deepEqual((await readNotes(workshop.store.directory)).leftOut, [2, 3, 4, 5, 6, 7, 8]);
  });

  it("has no link that leads outside", async () => {
    const outside = join(workshop.directory, "outside");
    await mkdir(outside);
    await writeFile(join(outside, "kept.txt"), "kept");
    const app = await workshop.write({
      Dockerfile:
        'FROM node:22\nWORKDIR /app\nCOPY . .\nCOPY x.js absolute/x.js\nCOPY x.js file\nRUN npm install\nCMD ["node"]',
      "package.json": "{}",
      "x.js": "x",
      "d/e/f/a.txt": "a",
    });
    await symlink(outside, join(app, "absolute"));
    await symlink("../../../../../../../../../../../../etc", join(app, "relative"));
    await symlink("../outside/kept.txt", join(app, "file"));
    await symlink("/d", join(app, "d/e/f/up"));
    await symlink("up/../../../../../../../../../etc", join(app, "d/e/f/through"));
    await symlink("a.txt", join(app, "d/e/f/inside"));
    const image = await workshop.build(app);
    const root = join(workshop.directory, "root");
    await image.unpack(root);
    assert.deepEqual(await readdir(outside), ["kept.txt"]);
    assert.equal(await readFile(join(outside, "kept.txt"), "utf8"), "kept");
    assert.equal(await readlink(join(root, "app/absolute")), join(root, outside));
    assert.equal(await readlink(join(root, "app/relative")), "../etc");
    assert.equal(await readFile(join(root, "app/d/e/f/inside"), "utf8"), "a");
    assert.deepEqual(await readdir(join(root, "app/absolute")), ["x.js"]);
    for (const name of ["relative", "d/e/f/up", "d/e/f/through"])
      await assert.rejects(readdir(join(root, "app", name)), /ENOENT/, name);
  });
});
