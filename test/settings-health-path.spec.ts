import assert from "node:assert/strict";
import { codeFiles, devGraph, type Graph, prodGraph, refusal, releaseTemplate } from "./support/graph";

describe("the path that healthCheck names", () => {
  const healthCheck = { path: "/healthz" };

  it("is what green is asked for by a check without a path, and by the default check", async () => {
    for (const checks of [[{ expectStatus: 200 }], undefined]) {
      const graph = await devGraph({ healthCheck, ...(checks ? { checks } : {}) });
      assert.deepEqual(await checkedPaths(graph), ["/healthz"]);
    }
  });

  it("leaves a check that has a path of its own alone", async () => {
    const checks = [{ path: "/cart?id=1" }, { maxLatencyMs: 500 }];
    assert.deepEqual(await checkedPaths(await devGraph({ healthCheck, checks })), ["/cart?id=1", "/healthz"]);
  });

  it("is what a container's health check without a command asks for", async () => {
    assert.match(await containerCommand({ healthCheck }), /process\.env\.PORT \+ "\/healthz"\)/);
    const quoted = `/a"'b`;
    const script = await containerCommand({ healthCheck: { path: quoted } });
    assert.ok(script.includes(JSON.stringify(quoted)), script);
  });

  it("leaves a container's own command alone", async () => {
    const command = ["CMD-SHELL", "curl -f http://127.0.0.1:$PORT/"];
    assert.equal(await containerCommand({ healthCheck, container: { healthCheck: { command } } }), command[1]);
  });

  it("is / without the setting, as it always was", async () => {
    assert.deepEqual(await checkedPaths(await prodGraph()), ["/"]);
    const before = "fetch('http://127.0.0.1:' + process.env.PORT).then((r) => process.exit(r.ok ? 0 : 1))";
    assert.equal(await containerCommand({}), before);
  });

  it("is reported once when it is wrong, and a sidecar's health check still needs a command", async () => {
    const githubRepository = "example-org/example-app";
    assert.deepEqual((await refusal({ githubRepository, healthCheck: { path: "healthz" } })).paths, [
      "healthCheck.path",
    ]);
    const sidecars = [{ name: "cache", image: "redis:7", healthCheck: { retries: 2 } }];
    const { paths } = await refusal({ githubRepository, sidecars });
    assert.deepEqual(paths, ["sidecars[0].healthCheck.command"]);
  });
});

async function checkedPaths(graph: Graph): Promise<string[]> {
  const files = await codeFiles(graph.recorder.find("aws:lambda/function:Function", "-test"));
  const { checks } = JSON.parse(files["config.json"]!) as { checks: { path: string }[] };
  return checks.map(({ path }) => path);
}

/** The last word of the app's health check in the stack `prod`. */
async function containerCommand(changes: Readonly<Record<string, unknown>>): Promise<string> {
  const template = releaseTemplate(await prodGraph(changes))["taskdef.json"]!;
  const { containerDefinitions } = JSON.parse(template) as {
    containerDefinitions: { healthCheck?: { command: string[] } }[];
  };
  return containerDefinitions.find(({ healthCheck }) => healthCheck)!.healthCheck!.command.at(-1)!;
}
