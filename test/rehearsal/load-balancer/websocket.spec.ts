import assert from "node:assert/strict";
import { once } from "node:events";
import { WebSocket, WebSocketServer } from "ws";
import type { Target } from "../../../rehearsal/load-balancer/target";
import type { TargetGroupProps } from "../../../rehearsal/load-balancer/target-group";
import { Harness } from "./harness";

describe("a WebSocket through the load balancer", () => {
  let harness: Harness;

  async function start(props: Partial<TargetGroupProps> = {}): Promise<Target> {
    harness = await new Harness(props).listen();
    const app = await harness.app((_, response) => response.writeHead(426).end("upgrade, please"));
    const sockets = new WebSocketServer({ server: app.server, path: "/chat" });
    sockets.on("connection", (socket, { headers }) => {
      socket.send(JSON.stringify({ port: headers["x-forwarded-port"], trace: headers["x-amzn-trace-id"] }));
      socket.on("message", (data: Buffer) => socket.send(`echo ${data.toString()}`));
    });
    const target = harness.blue.register({ host: "127.0.0.1", port: app.port, label: "blue-1" });
    await harness.blue.whenHealthy(target);
    return target;
  }
  afterEach(() => harness.close());

  const open = (path = "/chat") => new WebSocket(`ws://127.0.0.1:${harness.port}${path}`);
  const message = async (socket: WebSocket) => String(((await once(socket, "message")) as [Buffer])[0]);
  const refusal = async (socket: WebSocket) => ((await once(socket, "error")) as [Error])[0].message;

  it("carries messages both ways and closes as either side wants", async () => {
    await start();
    const socket = open();
    const greeting = JSON.parse(await message(socket)) as { port: string; trace: string };
    assert.equal(greeting.port, String(harness.port));
    assert.match(greeting.trace, /^Root=1-/);
    for (const text of ["one", "two"]) {
      socket.send(text);
      assert.equal(await message(socket), `echo ${text}`);
    }
    socket.close(4001, "done");
    assert.equal((await once(socket, "close"))[0], 4001);
    assert.equal(harness.blue.metrics.requestCount, 1);
  });

  it("keeps a draining target until it closes", async () => {
    const target = await start();
    const socket = open();
    await message(socket);
    let deregistered = false;
    const drained = harness.blue.deregister(target).then(() => (deregistered = true));
    socket.send("still there");
    assert.equal(await message(socket), "echo still there");
    assert.equal(deregistered, false);
    socket.close();
    await drained;
  });

  it("is cut when the deregistration delay is over", async () => {
    const target = await start({ deregistrationDelaySeconds: 0.05 });
    const socket = open();
    await message(socket);
    const closed = once(socket, "close");
    await harness.blue.deregister(target);
    assert.equal((await closed)[0], 1006);
  });

  it("is told the target's refusal", async () => {
    await start();
    assert.match(await refusal(open("/other")), /Unexpected server response: 400/);
  });

  it("is answered 502 when the target refuses the connection, 503 when there is no target", async () => {
    const target = await start();
    harness.blue.register({ host: "127.0.0.1", port: 1, label: "nobody" });
    await harness.blue.deregister(target);
    assert.match(await refusal(open()), /Unexpected server response: 502/);
    await Promise.all(harness.blue.targets().map((other) => harness.blue.deregister(other)));
    assert.match(await refusal(open()), /Unexpected server response: 503/);
    assert.equal(harness.blue.metrics.httpCodeElb5xxCount, 2);
  });

  it("ends when the load balancer is closed", async () => {
    await start();
    const socket = open();
    await message(socket);
    const closed = once(socket, "close");
    await harness.loadBalancer.close();
    assert.equal((await closed)[0], 1006);
  });
});
