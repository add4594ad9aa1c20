import assert from "node:assert/strict";
import { mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execFileSync } from "node:child_process";
import { needNamespaces } from "../support/namespaces";
import { ImageWorkshop } from "./support/image-workshop";

describe("a Dockerfile's lines in a sandbox", function () {
  this.timeout(120_000);
  let workshop: ImageWorkshop;

  beforeEach(async function () {
    await needNamespaces(this);
    workshop = await ImageWorkshop.open();
  });
  afterEach(() => workshop?.close());

  /** Builds an app with these lines after its COPY; returns a reader of the image's files. */
  const build = async (lines: string, files: Record<string, string> = {}) => {
    const Dockerfile = `FROM node:22\nWORKDIR /app\nCOPY . .\n${lines}\nCMD ["node", "x.js"]`;
    return workshop.contents(await workshop.buildFiles({ Dockerfile, "package.json": "{}", ...files }));
  };
  const printed = (line: string) => workshop.lines.includes(line);

  describe("take", () => {
    for (const [what, lines, expected] of [
      ["if … fi", "RUN if [ -f package.json ]; then echo yes; else echo no; fi >/out", "yes\n"],
      [
        "a here-document",
        "RUN <<EOF\n# a comment\nif true; then\n  echo one\nfi >/out\necho two >>/out\nEOF",
        "one\ntwo\n",
      ],
      ["a here-document for a program", "RUN node <<EOF\nrequire('fs').writeFileSync('/out', 'node')\nEOF", "node"],
      [
        "a script that names its program",
        "RUN <<EOF\n#!/usr/bin/env node\nrequire('fs').writeFileSync('/out', '#!')\nEOF",
        "#!",
      ],
      ["a pipe", "RUN echo a b | tr a-z A-Z | tee /out | cat", "A B\n"],
      ["sh -c", `RUN sh -c 'echo "$0 $1" >/out' one two`, "one two\n"],
      ["$( ) and ``", "RUN echo $(echo a) `echo b` >/out", "a b\n"],
      ["sed on a file", "RUN echo red >/out && sed -i s/red/green/ /out", "green\n"],
      ["test && a || b", "RUN test -f missing && echo a >/out || echo b >/out", "b\n"],
      ["a loop and a function", "RUN f() { echo $1; }; for i in 1 2; do f $i; done >/out", "1\n2\n"],
      [
        "a comment line between continued lines",
        "RUN set -ex \\\n  # a comment\n\n  && echo run >/out \\\n  && true",
        "run\n",
      ],
      ["the exec form", 'RUN ["sh", "-c", "echo exec form >/out"]', "exec form\n"],
      [
        "another SHELL",
        'SHELL ["/bin/bash", "-o", "pipefail", "-c"]\nRUN [[ a == a* ]] && echo $BASH >/out',
        "/bin/bash\n",
      ],
      ["ARG and ENV", "ARG A=1\nENV B=$A-2\nRUN echo $A $B ${C:-3} >/out", "1 1-2 3\n"],
      ["a project's own script", "RUN chmod +x build.sh && ./build.sh", "built\n"],
      [
        "a project's own tool",
        "RUN mkdir -p node_modules/.bin && cp build.sh node_modules/.bin/x && sh node_modules/.bin/x",
        "built\n",
      ],
      ["/dev/stdout and /dev/stderr", "RUN echo seen >/dev/stderr && echo x | tee /dev/stdout /out", "x\n"],
      ["absolute paths in code", `RUN node -e 'fs.copyFileSync("/app/build.sh", "/out")'`, "echo built >/out\n"],
    ] as const) {
      it(what, async () => {
        const read = await build(lines, { "build.sh": "echo built >/out\n" });
        assert.equal(await read("out"), expected);
      });
    }

    it("npm, npx and corepack enable, in the image", async () => {
      const read = await build(
        "RUN corepack enable && npm pkg set name=shop && npm prefix -g >/out && command -v pnpm >>/out",
      );
      assert.equal(await read("out"), "/usr/local\n/usr/bin/pnpm\n");
      assert.match(await read("app/package.json"), /"name": "shop"/);
    });

    it("an optional pattern that matches nothing", async () => {
      const read = await build("COPY package.json package-lock.json* npm-shrinkwrap.jso[n] /opt/");
      assert.equal(await read("opt/package.json"), "{}");
    });

    it("COPY with --chmod, --link, --parents and a here-document", async () => {
      const read = await build(
        "ARG NAME=shop\nCOPY --link --chmod=755 a.sh /bin/tool\nCOPY --parents src/deep/b.txt /copied/\n" +
          'COPY <<one.txt <<"two.txt" /docs/\n$NAME\none.txt\n$NAME\ntwo.txt\nRUN tool && stat -c %a /bin/tool >/mode',
        { "a.sh": "#!/bin/sh\necho ran >/out\n", "src/deep/b.txt": "b" },
      );
      assert.deepEqual([await read("out"), await read("mode")], ["ran\n", "755\n"]);
      assert.equal(await read("copied/src/deep/b.txt"), "b");
      assert.deepEqual([await read("docs/one.txt"), await read("docs/two.txt")], ["shop\n", "$NAME\n"]);
    });

    it("mounts of every type", async () => {
      const cache = "--mount=type=cache,target=/cache";
      const read = await build(
        `RUN ${cache} echo kept >/cache/a && echo x >/tmp/x\n` +
          `RUN ${cache} --mount=type=tmpfs,target=/tmp --mount=type=secret,id=key --mount=type=bind,target=/context,rw ` +
          "cat /cache/a >/out; ls /tmp /run/secrets >>/out 2>&1; rm /context/package.json; cat /app/package.json >>/out",
      );
      assert.equal(await read("out"), "kept\nls: cannot access '/run/secrets': No such file or directory\n/tmp:\n{}");
      await assert.rejects(read("cache/a"), /ENOENT/);
      await assert.rejects(
        build("RUN --mount=type=secret,id=key,required=true true"),
        /line 4: .*secret.*--runtime docker/,
      );
    });

    it("what would change owners and users, and says once that they are not kept", async () => {
      const read = await build(
        "RUN addgroup -S app && adduser -S app -G app && chown -R app:app /app\nCOPY --chown=app:app a.txt /b.txt\n" +
          "USER app\nRUN echo $HOME >/out",
        { "a.txt": "a" },
      );
      assert.deepEqual([await read("b.txt"), await read("out")], ["a", "/home/app\n"]);
      const owners = workshop.lines.filter((line) => line.includes("Owners and users are not kept"));
      assert.equal(owners.length, 1);
    });

    it("HEALTHCHECK, STOPSIGNAL, ONBUILD and VOLUME", async () => {
      await build("HEALTHCHECK CMD curl x\nSTOPSIGNAL SIGQUIT\nONBUILD RUN false\nVOLUME /data");
      assert.ok(printed(" ---> ECS ignores HEALTHCHECK. Set container.healthCheck."));
    });

    it("ADD of an archive, whose links lead nowhere", async () => {
      const outside = join(workshop.directory, "outside");
      await mkdir(outside);
      const packed = join(workshop.directory, "packed");
      await mkdir(packed);
      await symlink(outside, join(packed, "link"));
      await writeFile(join(packed, "a.txt"), "a");
      const app = await workshop.write({ "package.json": "{}" });
      execFileSync("tar", ["-C", packed, "-czf", join(app, "a.tgz"), "."]);
      const read = await build("ADD a.tgz package.json /data/\nRUN echo x >/data/link || true");
      assert.deepEqual([await read("data/a.txt"), await read("data/package.json")], ["a", "{}"]);
      assert.deepEqual(await readdir(outside), []);
    });
  });

  describe("keep the image's files as Docker does:", () => {
    it("removed, replaced and made again", async () => {
      const read = await build(
        "RUN mkdir -p d/deep && touch d/old d/deep/old f && ln -s /app/package.json link\n" +
          "RUN rm -r d && mkdir d && touch d/new && rm f && mkdir f && touch f/inside && mv package.json moved.json\n" +
          "RUN find . | sort >/out",
      );
      const left = ["Dockerfile", "d", "d/new", "f", "f/inside", "link", "moved.json"];
      assert.equal(await read("out"), ["", ...left].map((path) => (path ? `./${path}` : ".")).join("\n") + "\n");
    });

    it("closed folders and files, modes and links", async () => {
      await build(
        "RUN mkdir -m 700 own && touch own/a && chmod 000 own own/a && mkdir -m 1777 open && ln -s ../up own.lnk",
      );
      const read = await build(
        "RUN mkdir -m 750 own && touch own/a && chmod 600 own/a\nRUN stat -c '%a %n' own own/a >/out",
      );
      assert.equal(await read("out"), "750 own\n600 own/a\n");
    });

    it("the machine's system is not among them", async () => {
      const image = await workshop.buildFiles({
        Dockerfile: 'FROM node:22\nRUN echo x >/usr/local/bin/x\nCMD ["node"]',
      });
      const files = (await image.tree()).filter(({ type }) => type === "file").map(({ path }) => path);
      assert.deepEqual(files, ["usr/local/bin/x"]);
    });
  });

  describe("fail with the line, the command, its last words and the way out:", () => {
    for (const [lines, expected] of [
      [
        "RUN apt-get update",
        /line 4: The command 'apt-get update' returned.*100[^]*apt-get is not run here[^]*--runtime docker/,
      ],
      ["RUN apk add --no-cache git", /line 4: [^]*apk is not run here[^]*node:22, and gets no packages/],
      [
        "RUN echo why >&2 && exit 3",
        /line 4: The command 'echo why >&2 && exit 3' returned a non-zero code: 3\n {2}why\n/,
      ],
      [
        "RUN poetry install",
        /line 4: [^]*poetry is not on this machine, which stands in for node:22. Use --runtime docker/,
      ],
      [
        "COPY --from=nginx:alpine /x /x",
        /--from=nginx:alpine: no earlier stage .* images are not pulled here. Use --runtime docker/,
      ],
      [
        "ADD https://example.com/x.tgz /",
        /line 4: ADD of https:\/\/example.com\/x.tgz is not performed here.*--runtime docker/,
      ],
      ["COPY package.json /usr", undefined],
      [
        "RUN touch /app/f\nRUN rm -r /app/f && mkdir /app/f\nCOPY Dockerfile /f2\nCOPY d /f2",
        /line 7: .*cannot copy to non-directory: \/f2/,
      ],
    ] as const) {
      it(lines.split("\n").at(-1)!, async () => {
        const built = build(lines, { "d/a": "" });
        await (expected ? assert.rejects(built, (error: Error) => expected.test(error.message)) : built);
      });
    }

    for (const [what, Dockerfile, expected] of [
      [
        "Python",
        'FROM python:3.12-slim\nCMD ["gunicorn", "app:app"]',
        /gunicorn is not on this machine, which stands in for python:3.12-slim.*gunicorn app:app.*--runtime docker/,
      ],
      [
        "a binary",
        'FROM scratch\nENTRYPOINT ["/server"]',
        /\/server is not on this machine, which stands in for scratch/,
      ],
      ["nginx without a command", "FROM nginx", /has no CMD and no ENTRYPOINT.*nginx.*--runtime docker/],
    ] as const) {
      it(`an app that is not Node: ${what}`, async () => {
        await assert.rejects(workshop.buildFiles({ Dockerfile }), expected);
      });
    }
  });

  it("start distroless Node with this machine's", async () => {
    const image = await workshop.buildFiles({
      Dockerfile: 'FROM gcr.io/distroless/nodejs20-debian12\nCMD ["server.js"]',
    });
    assert.deepEqual([image.config.Entrypoint, image.config.Cmd], [["/nodejs/bin/node"], ["server.js"]]);
  });

  it("say at the start and at the end that another Node runs", async () => {
    await workshop.buildFiles({ Dockerfile: 'FROM node:6-alpine\nCMD ["node"]' });
    const warning = ` ---> node:6-alpine is not pulled: Node ${process.version} of this machine takes its place, not Node 6`;
    assert.deepEqual(
      workshop.lines.flatMap((line, index) => (line === warning ? [index] : [])),
      [1, workshop.lines.length - 1],
    );
  });

  it("see registry settings, and no credentials", async () => {
    const npmrc = join(workshop.directory, "npmrc");
    const registry = "https://registry.example/";
    await writeFile(
      npmrc,
      `@own:registry=${registry}\n//registry.example/:_authToken=secret1\nregistry=https://me:secret2@registry.example/\n`,
    );
    const before = { ...process.env };
    Object.assign(process.env, {
      npm_config_userconfig: npmrc,
      HTTPS_PROXY: "http://me:secret3@proxy:1",
      OTHER: "secret4",
    });
    try {
      const read = await build("RUN env >/out; cat /usr/local/etc/npmrc >>/out");
      const seen = await read("out");
      assert.doesNotMatch(seen, /secret/);
      assert.match(seen, /^HTTPS_PROXY=http:\/\/proxy:1$/m);
      assert.match(seen, /^@own:registry=https:\/\/registry.example\/$/m);
    } finally {
      process.env = before;
    }
  });
});
