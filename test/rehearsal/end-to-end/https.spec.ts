import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { Agent, fetch } from "undici";
import { localClient } from "../../../rehearsal/load-balancer/clients";
import type { TrafficReport } from "../../../rehearsal/traffic/report";
import { scenarios, tinyApp } from "./scenarios";

describe("npm start -- --stack prod, which speaks HTTPS", function () {
  this.timeout(180_000);
  const scenario = scenarios();

  const released = scenario(async ({ start, app }) => {
    const rehearsal = await start(["--stack", "prod", "--app", await app(tinyApp), "--scale", "600", "--keep"]);
    const { detail } = await rehearsal.event(({ type }) => type === "keep");
    const agent = new Agent({ connect: localClient(await readFile(String(detail.caFile), "utf8")) });
    const ask = (url: string) => fetch(url, { dispatcher: agent });
    const overHttps = await ask(String(detail.productionUrl));
    const overHttp = await ask(`http://app.example.com:${80 + rehearsal.portOffset}/`);
    const answers = [overHttps, overHttp].map(({ url, redirected, status }) => ({ url, redirected, status }));
    await agent.destroy();
    rehearsal.signal("SIGINT", { group: true });
    await rehearsal.end();
    await rehearsal.assertNothingIsLeft();
    return { rehearsal, answers };
  });

  it("releases the second version, and loses no request", async () => {
    const { rehearsal } = await released();
    const { detail } = rehearsal.events.find(({ type }) => type === "summary")!;
    const { verdict, traffic } = detail as {
      verdict: { succeeded: boolean; text: string };
      traffic: { failed: number };
    };
    assert.deepEqual([verdict.succeeded, traffic.failed], [true, 0], verdict.text);
  });

  it("asks over HTTP/2, too, on fresh connections, and on kept ones", async () => {
    const { rehearsal } = await released();
    const { detail } = rehearsal.events.find(({ type }) => type === "traffic.stopped")!;
    const { classes } = (detail as { report: TrafficReport }).report;
    assert.deepEqual(
      classes.map(({ name, sent, ok }) => [name, sent > 0 && sent === ok]),
      ["fresh", "keepAlive", "http2"].map((name) => [name, true]),
    );
  });

  it("tests green under the name that users call, with a certificate that is for it", async () => {
    const { rehearsal } = await released();
    assert.ok(rehearsal.events.some(({ source, text }) => source === "lambda" && text === "round 1 passed"));
  });

  it("answers under that name, and sends HTTP on to HTTPS", async () => {
    const { rehearsal, answers } = await released();
    const url = `https://app.example.com:${443 + rehearsal.portOffset}/`;
    assert.deepEqual(answers, [
      { url, redirected: false, status: 200 },
      { url, redirected: true, status: 200 },
    ]);
  });
});
