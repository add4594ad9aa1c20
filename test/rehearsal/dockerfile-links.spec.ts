import assert from "node:assert/strict";
import { mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { needNamespaces } from "../support/namespaces";
import { ImageWorkshop } from "./support/image-workshop";

describe("a Dockerfile in a sandbox", function () {
  this.timeout(120_000);
  let workshop: ImageWorkshop;

  beforeEach(async function () {
    await needNamespaces(this);
    workshop = await ImageWorkshop.open();
  });
  afterEach(() => workshop?.close());

  describe("changes nothing outside the image:", () => {
    for (const lines of [
      "RUN rm -rf data/*",
      "RUN chmod -R 777 data/ || true",
      "RUN mv data/kept.txt . || true",
      "RUN echo x >cfg || true",
      "COPY x.js data/x.js",
      "COPY x.js data/",
      "COPY x.js cfg",
      "ADD x.js data/deep/x.js",
      "WORKDIR /app/data\nRUN touch made && rm -f kept.txt",
      "WORKDIR data/deep\nCOPY x.js .",
      "VOLUME /app/data/volume",
      "RUN ln -s $OUTSIDE own && touch own/made; rm -rf own/* || true",
      "RUN rm -rf ../../../../../../../../$OUTSIDE",
      "RUN npm --prefix=$OUTSIDE init -y || true",
      'RUN (export "a;touch $OUTSIDE/made;b=1") || true',
      "RUN --mount=type=bind,source=x.js,target=data/x.js true",
      "RUN --mount=type=cache,target=/app/data touch /app/data/made",
      "RUN rm cfg && ln -s $OUTSIDE/kept.txt cfg\nCOPY x.js cfg",
    ]) {
      it(lines.replaceAll("\n", "; "), async () => {
        const outside = join(workshop.directory, "outside");
        const app = await workshop.write({ "x.js": "x", "package.json": "{}" });
        await mkdir(outside);
        await writeFile(join(outside, "kept.txt"), "kept");
        const { mode } = await stat(join(outside, "kept.txt"));
        await symlink(outside, join(app, "data"));
        await symlink("../outside/kept.txt", join(app, "cfg"));
        await workshop.write({
          Dockerfile: `FROM node:22\nARG OUTSIDE\nWORKDIR /app\nCOPY . .\n${lines}\nCMD ["node", "x.js"]`,
        });
        await workshop.build(app, "app", { OUTSIDE: outside });
        assert.deepEqual(await readdir(outside), ["kept.txt"]);
        assert.equal(await readFile(join(outside, "kept.txt"), "utf8"), "kept");
        assert.equal((await stat(join(outside, "kept.txt"))).mode, mode);
      });
    }

    it("a stage that is a link gives its image's files, not the machine's", async () => {
      const app = await workshop.write({
        Dockerfile:
          "FROM node:22 AS a\nRUN ln -s /etc /out && ln -s /etc/passwd /file\nFROM node:22\nCOPY --from=a /out /x\nCMD x",
      });
      await assert.rejects(workshop.build(app), /Dockerfile line 4: COPY failed: .*out/);
    });
  });
});
