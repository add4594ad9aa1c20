import assert from "node:assert/strict";
import { once } from "node:events";
import { connect as connectHttp2, type ClientHttp2Session } from "node:http2";
import { text } from "node:stream/consumers";
import { Agent, fetch } from "undici";
import { WebSocketServer } from "ws";
import { CertificateAuthority } from "../../../rehearsal/load-balancer/certificates";
import { localClient } from "../../../rehearsal/load-balancer/clients";
import type { Transport } from "../../../rehearsal/load-balancer/listener-server";
import { startTraffic } from "../../../rehearsal/traffic/meter";
import { deferred, forwardTo, Harness, listenerArn } from "./harness";

const name = "app.example.com";

describe("an HTTPS listener", () => {
  let authority: CertificateAuthority;
  let harness: Harness;
  let client: Agent;
  const sessions: ClientHttp2Session[] = [];

  const listen = async (sslPolicy?: string) => {
    const certificate = await authority.issue([name]);
    const transport: Transport = { protocol: "HTTPS", certificate, sslPolicy };
    harness = await new Harness().listen(transport);
  };
  const http2 = async (): Promise<ClientHttp2Session> => {
    const session = connectHttp2(harness.url, { ...localClient(authority.certificate), servername: name });
    sessions.push(session);
    await once(session, "connect");
    return session;
  };
  const ask = async (session: ClientHttp2Session, path: string) => {
    const stream = session.request({ ":path": path });
    const [headers] = (await once(stream, "response")) as [Record<string, string>];
    return { status: Number(headers[":status"]), body: await text(stream) };
  };

  before(async () => {
    authority = await CertificateAuthority.create();
    client = new Agent({ connect: localClient(authority.certificate) });
  });
  afterEach(async () => {
    for (const session of sessions.splice(0)) session.destroy();
    await harness.close();
  });
  after(() => client.destroy());

  it("answers who trusts its authority, and tells targets that the client came over HTTPS", async () => {
    await listen();
    await harness.target(harness.blue, (incoming, response) => response.end(JSON.stringify(incoming.headers)));
    const headers = (await (await fetch(harness.url, { dispatcher: client })).json()) as Record<string, string>;
    assert.deepEqual([headers.host, headers["x-forwarded-proto"]], [`${name}:${harness.port}`, "https"]);
  });

  it("is refused by who does not trust its authority, or calls it by another name", async () => {
    await listen();
    const strict = new Agent({ connect: localClient() });
    const code = async (url: string, dispatcher: Agent) => {
      const answer = await fetch(url, { dispatcher }).catch((error: { cause: { code: string } }) => error);
      return "cause" in answer ? answer.cause.code : answer.status;
    };
    assert.equal(await code(harness.url, strict), "UNABLE_TO_VERIFY_LEAF_SIGNATURE");
    assert.equal(await code(harness.url.replace(name, "other.example.com"), client), "ERR_TLS_CERT_ALTNAME_INVALID");
    await strict.destroy();
  });

  it("takes TLS 1.2 under a policy that allows it, and no less than TLS 1.3 under one that does not", async () => {
    const old = new Agent({ connect: { ...localClient(authority.certificate), maxVersion: "TLSv1.2" } });
    const works = () =>
      fetch(harness.url, { dispatcher: old }).then(
        ({ ok }) => ok,
        () => false,
      );
    for (const [policy, expected] of [
      ["ELBSecurityPolicy-TLS13-1-2-Res-2021-06", true],
      ["ELBSecurityPolicy-TLS13-1-3-2021-06", false],
    ] as const) {
      await listen(policy);
      await harness.target(harness.blue, (_, response) => response.end());
      assert.equal(await works(), expected, policy);
      await harness.close();
    }
    await old.destroy();
  });

  it("takes every kind of client of the meter's", async function () {
    this.timeout(60_000);
    await listen();
    const target = await harness.app((incoming, response) => incoming.resume().on("end", () => response.end()));
    new WebSocketServer({ server: target.server });
    await harness.blue.whenHealthy(harness.blue.register({ host: "127.0.0.1", port: target.port, label: "blue-1" }));
    const mix = (["fresh", "keepAlive", "pipelined", "upload", "http2", "webSocket"] as const).map((one) => ({
      name: one,
      path: "/",
    }));
    const { url, timeline } = harness;
    const traffic = { url, timeline, mix, client: localClient(authority.certificate), ratePerSecond: 100 };
    const enough = deferred();
    let answered = 0;
    const bounds = { timeoutMs: 60_000, mostRequests: 25 };
    const meter = startTraffic({ ...traffic, ...bounds, onSuccess: () => ++answered === 25 && enough.resolve() });
    await enough.promise;
    const report = await meter.stop();
    assert.deepEqual(report.failures, []);
    assert.ok(report.classes.every(({ sent, ok }) => sent > 0 && ok === sent));
  });

  it("serves many requests at a time on one HTTP/2 connection, to targets that speak HTTP/1.1", async () => {
    await listen();
    const all = deferred();
    let waiting = 0;
    await harness.target(harness.blue, (incoming, response) => {
      if (++waiting === 20) all.resolve();
      void all.promise.then(() => response.end(`${incoming.httpVersion} ${incoming.headers.host} ${incoming.url}`));
    });
    const session = await http2();
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => ask(session, `/${index}`)));
    const expected = answers.map((_, index) => ({ status: 200, body: `1.1 ${name}:${harness.port} /${index}` }));
    assert.deepEqual(answers, expected);
  });

  it("sends a body over HTTP/2 on to the target, and the target's failure back as 502", async () => {
    await listen();
    await harness.target(harness.blue, (incoming, response) => {
      if (incoming.url === "/fails") incoming.socket.destroy();
      else incoming.pipe(response);
    });
    const session = await http2();
    const upload = session.request({ ":path": "/", ":method": "POST" });
    upload.end("a body");
    assert.equal(await text(upload), "a body");
    assert.equal((await ask(session, "/fails")).status, 502);
  });

  it("cuts off over HTTP/2 what a target does not finish, so that no client takes it for a whole answer", async () => {
    await listen();
    await harness.target(harness.blue, (_, response) => {
      response.write("half", () => response.socket!.destroy());
    });
    const stream = (await http2()).request({ ":path": "/" });
    await assert.rejects(text(stream), { code: "ERR_HTTP2_STREAM_ERROR" });
  });

  it("moves a kept HTTP/2 connection with its next request, and lets the one under way finish", async () => {
    await listen();
    const arrived = deferred();
    const finish = deferred();
    await harness.target(harness.blue, (_, response) => {
      arrived.resolve();
      void finish.promise.then(() => response.end("blue"));
    });
    await harness.target(harness.green, (_, response) => response.end("green"));
    const session = await http2();
    const before = ask(session, "/");
    await arrived.promise;
    harness.loadBalancer.modifyListener(listenerArn, [forwardTo(harness.green)]);
    await harness.green.whenHealthy(harness.green.targets()[0]!);
    assert.equal((await ask(session, "/")).body, "green");
    finish.resolve();
    assert.equal((await before).body, "blue");
  });

  it("is where a listener that redirects leads to", async () => {
    await listen();
    await harness.target(harness.blue, (incoming, response) => response.end(incoming.url));
    const redirect = { statusCode: "HTTP_301", protocol: "HTTPS", port: "8080" };
    const defaultActions = [{ type: "redirect" as const, redirect }];
    const props = { arn: "arn:listener/redirect", port: 80, localPort: 0, protocol: "HTTP" as const, defaultActions };
    const { localPort } = await harness.loadBalancer.listen(props);
    const url = `http://${name}:${localPort}/a?b=c`;
    const sentOn = await fetch(url, { dispatcher: client, redirect: "manual" });
    assert.deepEqual([sentOn.status, sentOn.headers.get("location")], [301, `${harness.url}/a?b=c`]);
    assert.equal(await (await fetch(url, { dispatcher: client })).text(), "/a?b=c");
  });
});
