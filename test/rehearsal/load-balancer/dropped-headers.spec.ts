import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:http";
import { Harness } from "./harness";

const headers = { X_API_KEY: "1", "X.Version": "2", "X-Own": "3" };

describe("a header field whose name is not valid", () => {
  let harness: Harness;

  afterEach(() => harness.close());

  /** Header fields that reach the app. */
  async function received(): Promise<Record<string, string>> {
    await harness.target(harness.blue, (incoming, response) => response.end(JSON.stringify(incoming.headers)));
    return (await (await fetch(harness.url, { headers })).json()) as Record<string, string>;
  }

  it("is dropped by a load balancer that is told so, which says so once", async () => {
    harness = await new Harness({}, { dropInvalidHeaderFields: true }).listen();
    const told: string[] = [];
    harness.timeline.on((event) => {
      if (event.type === "header.dropped") told.push(event.text);
    });
    const { "x-own": own, ...others } = await received();
    assert.equal(own, "3");
    assert.deepEqual([others.x_api_key, others["x.version"]], [undefined, undefined]);
    assert.match(others["user-agent"] ?? "", /./);
    await fetch(harness.url, { headers });
    assert.equal(told.length, 2);
    assert.match(told[0]!, /drops the header x_api_key: names of headers are letters, digits and hyphens/);
  });

  it("goes on through one that is not", async () => {
    harness = await new Harness().listen();
    const { x_api_key: key, "x.version": version } = await received();
    assert.deepEqual([key, version], ["1", "2"]);
  });

  it("is dropped from an upgrade, too", async () => {
    harness = await new Harness({}, { dropInvalidHeaderFields: true }).listen();
    const app = await harness.app((_, response) => response.end());
    const upgraded = once(app.server, "upgrade") as Promise<[{ headers: Record<string, string> }, { end(): void }]>;
    await harness.blue.whenHealthy(harness.blue.register({ host: "127.0.0.1", port: app.port, label: "blue-1" }));
    const outgoing = request(harness.url, { headers: { ...headers, connection: "upgrade", upgrade: "websocket" } });
    outgoing.on("error", () => undefined).end();
    const [incoming, socket] = await upgraded;
    assert.deepEqual([incoming.headers.x_api_key, incoming.headers["x-own"]], [undefined, "3"]);
    socket.end();
    outgoing.destroy();
  });
});
