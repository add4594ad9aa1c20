import assert from "node:assert/strict";
import { once } from "node:events";
import { appendFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { copyCheckout } from "./copied-checkout";
import { scenarios, type Stage, tinyApp } from "./scenarios";
import { needNamespaces } from "../../support/namespaces";

/** An input that cannot be computed, and a resource that is made of the one that has it. */
const programError = `
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
const wrong = pulumi.output(1).apply((): string => { throw new Error("a mistake in the program"); });
new aws.iam.RolePolicy("of-it", { role: new aws.iam.Role("wrong", { assumeRolePolicy: wrong }).id, policy: "{}" });
`;

describe("npm start that cannot start", function () {
  this.timeout(180_000);
  const scenario = scenarios();

  /** Plays a rehearsal to its end; nothing may be left of it. */
  async function refused(rehearsal: Awaited<ReturnType<Stage["start"]>>) {
    const status = await rehearsal.end();
    await rehearsal.assertNothingIsLeft();
    return { status, message: rehearsal.stderr, types: rehearsal.events.map(({ type }) => type) };
  }
  const withDockerfile = (dockerfile: string) =>
    scenario(async ({ start, app }) =>
      refused(await start(["--app", await app({ ...tinyApp, Dockerfile: dockerfile })])),
    );

  const crashing = withDockerfile(
    'FROM node:22\nCMD ["node", "-e", "console.error(\'no database\'); process.exit(4)"]\n',
  );
  const withServer = (server: string) =>
    scenario(async ({ start, app }) =>
      refused(await start(["--app", await app({ ...tinyApp, "server.cjs": server })])),
    );
  const local = withServer(`require("http").createServer((q, a) => a.end()).listen(process.env.PORT, "127.0.0.1");`);
  const withoutPath = withServer(
    `require("http").createServer((q, a) => a.writeHead(404).end()).listen(process.env.PORT);`,
  );
  const withHosts = withServer(`require("http")
      .createServer(({ headers }, a) => a.writeHead(headers.host.startsWith("127.") ? 200 : 400).end())
      .listen(process.env.PORT);`);
  const unbuildable = withDockerfile(
    "FROM node:22\nRUN node -e \"console.error('no such package'), process.exit(7)\"\n",
  );
  const commandless = withDockerfile("FROM scratch\nCOPY . .\n");
  const wrongWords = scenario(async ({ start, app }) =>
    refused(await start(["--app", join(await app({}), "nowhere"), "--scale", "fast", "--colour", "more"])),
  );
  const unknownStack = scenario(async ({ start }) => refused(await start(["--stack", "moon"])));
  const wrongProgram = scenario(async ({ start, app }) => {
    const checkout = await app({});
    await copyCheckout(checkout);
    await appendFile(join(checkout, "index.ts"), programError);
    return refused(await start([], { shell: `exec node "${checkout}/bin/start.mjs" "$@"` }));
  });
  const withoutDocker = scenario(async ({ start }) =>
    refused(await start(["--runtime", "docker"], { shell: 'DOCKER_HOST=unix:///nowhere exec node "$0" "$@"' })),
  );
  const portInUse = scenario(async ({ start }) => {
    const server = createServer();
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address() as AddressInfo;
    // The test port is the second one that it opens.
    const rehearsal = await start([], { portOffset: port - 8090 });
    const status = await rehearsal.end();
    server.close();
    await once(server, "close");
    await rehearsal.assertNothingIsLeft();
    return { status, message: rehearsal.stderr, port };
  });

  it("says that --runtime docker needs an engine, and the way out", async () => {
    const { status, message } = await withoutDocker();
    assert.equal(status, 2);
    assert.match(message, /^--runtime docker needs a Docker engine on this machine: .*leave --runtime docker out/s);
  });

  it("names the port that is in use, and the way out", async () => {
    const { status, message, port } = await portInUse();
    assert.equal(status, 2);
    assert.match(
      message,
      new RegExp(`^Cannot listen on port ${port} .* it is already in use\\..* --port-offset .*\\n$`),
    );
  });

  it("names everything that is wrong with the options", async () => {
    const { status, message, types } = await wrongWords();
    assert.equal(status, 2);
    for (const part of [
      "--app: expected a directory",
      '--scale: .*"fast"',
      "--colour: there is no",
      "more: expected",
    ]) {
      assert.match(message, new RegExp(part));
    }
    assert.deepEqual(types, []);
  });

  it("names the stack that is not there", async () => {
    const { status, message } = await unknownStack();
    assert.deepEqual([status, message], [2, "there is no Pulumi.moon.yaml; --stack names one that is there\n"]);
  });

  it("names the mistake in the program, though other resources are made of the one that has it", async () => {
    const { status, message } = await wrongProgram();
    assert.equal(status, 2);
    assert.match(message, /a mistake in the program/);
  });

  it("shows why the app's image cannot be built", async function () {
    await needNamespaces(this);
    const { status, message } = await unbuildable();
    assert.equal(status, 2);
    assert.match(message, /^the image of .* was not built: A command of the build failed with exit status \d+:\n/);
    assert.match(message, /\nno such package\n/);
  });

  it("shows what an app said that ends at once", async () => {
    const { status, message, types } = await crashing();
    assert.equal(status, 2);
    assert.match(
      message,
      /^The first version did not become healthy\. v1-2: it ended with exit code 4: no database\.\n$/,
    );
    assert.ok(!types.includes("pushed"));
  });

  it("names the address that an app listens on, where a load balancer does not reach it", async () => {
    const { status, message } = await local();
    assert.equal(status, 2);
    assert.match(
      message,
      /^The first version did not become healthy\. v1-1: it listens on 127\.0\.0\.1:\d+ only; listen on/,
    );
  });

  it("names the path whose health check fails, the setting and its file", async () => {
    const { status, message } = await withoutPath();
    assert.equal(status, 2);
    assert.match(message, /GET \/ answered 404; 200–299 is expected\. Set healthCheck\.path in Pulumi\.dev\.yaml\.\n$/);
  });

  it("names the Host of health checks to an app with a list of allowed hosts", async () => {
    const { status, message } = await withHosts();
    assert.equal(status, 2);
    assert.match(message, /GET \/ answered 400; .*"Host: 10\.0\.\d+\.\d+:3000"/);
  });

  it("tells that an image has nothing to start", async () => {
    const { status, message } = await commandless();
    assert.equal(status, 2);
    assert.match(message, /\nDockerfile: the stage .* has no CMD and no ENTRYPOINT to start the app\n$/);
  });
});
