import assert from "node:assert/strict";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createServer as createHttpServer, get } from "node:http";
import { type AddressInfo, connect, createServer } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { Clock } from "../../../rehearsal/clock";
import { readTables } from "../../../rehearsal/ecs/listening-sockets";
import { hostNameOf, nextPrivateIp } from "../../../rehearsal/ecs/task-address";
import { TaskNetwork } from "../../../rehearsal/ecs/task-network";
import { TaskSet } from "../../../rehearsal/ecs/task-set";
import { Timeline, type TimelineEvent } from "../../../rehearsal/events";
import type { Image } from "../../../rehearsal/images/image";
import { LoadBalancer } from "../../../rehearsal/load-balancer/load-balancer";
import { TargetGroup } from "../../../rehearsal/load-balancer/target-group";
import { startableContainer } from "../../../rehearsal/stack/startable-container";
import { Processes } from "../fixtures/tasks";
import { needNamespaces } from "../../support/namespaces";
import { ImageWorkshop } from "../support/image-workshop";

const containerPort = 3917;
const healthCheck = {
  ...{ path: "/", matcher: "200-299", intervalSeconds: 30, timeoutSeconds: 30 },
  ...{ healthyThreshold: 2, unhealthyThreshold: 2 },
};

/** Answers every path; `/stream` in two parts, `/ask` with what a call to this machine meets, an upgrade with an echo. */
const app = (listen: string) => `
  const http = require("node:http");
  const server = http.createServer((request, response) => {
    if (request.url === "/stream") { response.write("first,"); setTimeout(() => response.end("second"), 300); }
    else if (request.url === "/host") response.end([process.env.PORT, process.env.HOSTNAME, require("node:os").hostname()].join());
    else if (request.url.startsWith("/call/")) http.get("http://" + request.url.slice(6), (answer) => answer.pipe(response)).on("error", (error) => response.end(error.code));
    else if (request.url.startsWith("/ask")) http.get("http://127.0.0.1:" + request.url.slice(5), () => response.end("reached")).on("error", (error) => response.end(error.code));
    else response.end("ok");
  });
  server.on("upgrade", (request, socket) => {
    socket.write("HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n\\r\\n");
    socket.pipe(socket);
  });
  server.listen(${listen});`;

describe("a task in a network of its own", function () {
  this.timeout(120_000);
  let workshop: ImageWorkshop;
  let closing: (() => Promise<unknown>)[];
  let events: TimelineEvent[];
  const processes = new Processes();

  beforeEach(async function () {
    closing = [];
    events = [];
    await needNamespaces(this);
    workshop = await ImageWorkshop.open();
    processes.mark = { GREENLIGHT_WORKSPACE: workshop.directory };
  });
  afterEach(async () => {
    for (const close of closing) await close();
    assert.deepEqual([...processes], []);
    assert.deepEqual(relays(), []);
    await workshop?.close();
  });

  const relays = () =>
    readdirSync("/proc").filter(
      (id) => /^\d+$/.test(id) && commandOf(id).includes(`relay.mjs\0${directoryOf(workshop)}/`),
    );

  async function start(listen: string, network: TaskNetwork, desiredCount = 1) {
    const files = { Dockerfile: 'FROM node:22\nWORKDIR /app\nCOPY . .\nCMD ["node", "x.js"]', "x.js": app(listen) };
    const image = await workshop.buildFiles(files);
    const clock = new Clock(60);
    const timeline = new Timeline(clock);
    timeline.on((event) => events.push(event));
    const group = { arn: "arn:tg", name: "tg", healthCheck, deregistrationDelaySeconds: 0 };
    const targetGroup = new TargetGroup(group, clock, timeline);
    const props = { arn: "arn:lb", name: "lb", dnsName: "lb.test", targetGroups: [targetGroup] };
    const loadBalancer = new LoadBalancer(props, clock, timeline);
    const defaultActions = [{ type: "forward", targetGroupArn: "arn:tg" }] as const;
    const listener = { arn: "arn:l", port: 80, localPort: 0, protocol: "HTTP", defaultActions } as const;
    const { localPort } = await loadBalancer.listen(listener);
    const launch = () => launchTask(image, network);
    const own = { id: "1", label: "v1", taskDefinition: "app:1", targetGroup, desiredCount, launch };
    const set = new TaskSet({ ...own, healthCheckGracePeriodSeconds: 60 }, clock, timeline, processes);
    closing.push(async () => {
      await set.stop();
      await loadBalancer.close();
    });
    const known = new Promise<void>((resolve) => set.on("change", () => set.cause !== undefined && resolve()));
    await Promise.race([known, set.whenSteady()]);
    return { set, localPort, url: `http://127.0.0.1:${localPort}` };
  }

  async function launchTask(image: Image, network: TaskNetwork) {
    const place = { store: workshop.store, sandbox: workshop.sandbox, directory: join(workshop.directory, "tasks") };
    const address = { ip: nextPrivateIp(), port: containerPort };
    const host = network.isOwn ? { address, hostName: hostNameOf(address, "eu-central-1") } : undefined;
    const container = await startableContainer(image, place, { environment: {} }, host);
    const origin = { settingsFile: "Pulumi.dev.yaml" };
    return { ...container, address, network, origin, stopTimeoutSeconds: 1 };
  }

  const body = async (url: string) => (await fetch(url)).text();
  const moves = () => events.filter(({ type }) => type === "task.network").map(({ text }) => text);
  const failures = () => events.filter(({ type }) => type === "task.failed");

  it("is where an app is started again that ignores PORT, said in one line; blue and green listen at once", async () => {
    const network = new TaskNetwork();
    const { set, url } = await start(String(containerPort), network, 2);
    assert.deepEqual([set.cause, set.stabilityStatus, failures()], [undefined, "STEADY_STATE", []]);
    const [line = "", ...others] = moves();
    assert.deepEqual(others, []);
    assert.match(line, /^v1-\d ignores PORT and listens on port 3917; it is started again in a network of its own/);
    assert.equal(await body(url), "ok");
    const green = await start(String(containerPort), network, 1);
    assert.equal(green.set.stabilityStatus, "STEADY_STATE");
    assert.equal(moves().length, 1);
    assert.deepEqual([await body(url), await body(green.url)], ["ok", "ok"]);
  });

  it("is where an app is started again whose constant port another program of this machine holds", async () => {
    const holder = createServer().listen(containerPort, "0.0.0.0");
    await once(holder, "listening");
    closing.push(() => new Promise((resolve) => holder.close(resolve)));
    const { set, url } = await start(`${containerPort}, "0.0.0.0"`, new TaskNetwork());
    assert.deepEqual([set.cause, failures(), moves().length], [undefined, [], 1]);
    assert.equal(await body(url), "ok");
  });

  it("is not needed by an app that listens on PORT", async () => {
    const network = new TaskNetwork();
    await start("process.env.PORT", network);
    assert.deepEqual([network.isOwn, moves(), relays()], [false, [], []]);
  });

  it("listens nowhere in this machine's network, has the container's port and Fargate's host name", async () => {
    const { set, url } = await start("process.env.PORT", new TaskNetwork("own"));
    const [port, variable, hostName] = (await body(`${url}/host`)).split(",");
    assert.deepEqual([port, variable], [String(containerPort), hostName]);
    assert.match(hostName ?? "", /^ip-10-0-\d+-\d+\.eu-central-1\.compute\.internal$/);
    const outside = [...readTables("/proc/self/net").values()].map((socket) => socket.port);
    assert.ok(!outside.includes(containerPort) && !outside.includes(set.tasks[0]!.port));
    assert.equal(relays().length, 1);
    assert.equal(await body(`${url}/ask/${new URL(url).port}`), "ECONNREFUSED");
  });

  it("is reached by a stream as it is written, and by an upgraded connection", async () => {
    const { url, localPort } = await start("process.env.PORT", new TaskNetwork("own"));
    const request = get(`${url}/stream`);
    const [response] = (await once(request, "response")) as [NodeJS.ReadableStream];
    const [first] = (await once(response, "data")) as [Buffer];
    assert.equal(String(first) + (await text(response)), "first,second");
    assert.equal(String(first), "first,");
    const socket = connect(localPort, "127.0.0.1");
    const key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13";
    socket.write(`GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${key}\r\n\r\n`);
    const [head] = (await once(socket, "data")) as [Buffer];
    assert.match(String(head), /^HTTP\/1.1 101 /);
    socket.write("echo");
    assert.equal(String(((await once(socket, "data")) as [Buffer])[0]), "echo");
    socket.destroy();
  });

  it("refuses what its app does not listen on, or listens on at 127.0.0.1 alone", async () => {
    const elsewhere = await start(`process.env.PORT, "127.0.0.1"`, new TaskNetwork("own"));
    assert.match(elsewhere.set.cause ?? "", /it listens on 127\.0\.0\.1:3917 only; listen on 0\.0\.0\.0/);
  });

  it("calls what is allowed and no more; a refused call is named once", async () => {
    const outside = createHttpServer((_, response) => response.end("of this machine")).listen(0, "127.0.0.1");
    await once(outside, "listening");
    closing.push(() => new Promise((resolve) => outside.close(resolve)));
    const { port } = outside.address() as AddressInfo;
    const { url } = await start("process.env.PORT", new TaskNetwork("own", undefined, [{ host: "localhost", port }]));
    assert.equal(await body(`${url}/call/localhost:${port}`), "of this machine");
    const refused = () => events.filter(({ type }) => type === "task.call-refused").map(({ text }) => text);
    assert.deepEqual(refused(), []);
    assert.equal(await body(`${url}/call/db.example.com:5432`), "ECONNREFUSED");
    assert.equal(await body(`${url}/call/db.example.com:5432`), "ECONNREFUSED");
    assert.equal(await body(`${url}/call/192.0.2.7:81`), "ECONNREFUSED");
    const text = (call: string) => `v1-1 called ${call}, which is not allowed here. Add --allow ${call}.`;
    assert.deepEqual(refused(), [text("db.example.com:5432"), text("192.0.2.7:81")]);
  });

  it("is missed in the failure of an app that ignores PORT where none can be had", async () => {
    const unavailable = "namespaces cannot be had: --sandbox none was given";
    const { set } = await start(String(containerPort), new TaskNetwork(undefined, unavailable));
    const cause = `It cannot have a network of its own: ${unavailable}. Listen on process.env.PORT, or use --runtime docker.`;
    assert.ok(set.cause?.endsWith(`it listens on port ${containerPort}. ${cause}`), set.cause);
  });
});

function directoryOf({ sandbox, directory }: ImageWorkshop): string {
  return sandbox.kind === "namespaces" ? sandbox.writableDirectory : directory;
}

function commandOf(id: string): string {
  try {
    return readFileSync(`/proc/${id}/cmdline`, "utf8");
  } catch {
    return "";
  }
}
