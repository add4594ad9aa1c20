import * as pulumi from "@pulumi/pulumi";
import type { Recorder } from "../graph/recorder";
import type { Fault } from "./fault";

const neverHealthy = /timed out while waiting for the replacement task set to become healthy/;
const failedHook = /AfterAllowTestTraffic reported Failed/;
const answersEverything = [
  { name: "fresh", path: "/" },
  { name: "keepAlive", path: "/" },
  { name: "pipelined", path: "/" },
  { name: "long", path: "/slow?ms=400" },
  { name: "streaming", path: "/stream?chunks=5&ms=80" },
  { name: "download", path: "/download?bytes=300000" },
  { name: "upload", path: "/", bodyBytes: 300_000 },
  { name: "hangUp", path: "/slow?ms=3000", openMs: 100 },
  { name: "webSocket", path: "/", openMs: 300 },
] as const;

const broken = (code: string) => ({ "fault.cjs": code });

/** Puts another handler in the place of the bundled one, which stays beside it as bundle.js. */
const handler = (code: string) => (recorder: Recorder) => {
  for (const { outputs } of recorder.all("aws:lambda/function:Function")) {
    const { assets } = outputs.code as { assets: Promise<pulumi.asset.AssetMap> };
    const replaced = Promise.resolve(assets).then((files) => ({
      ...files,
      "bundle.js": files["index.js"]!,
      "index.js": new pulumi.asset.StringAsset(code),
    }));
    (outputs as Record<string, unknown>).code = new pulumi.asset.AssetArchive(replaced);
  }
};

const atTest = "AfterAllowTestTraffic started";

/** What can go wrong in a release, each injected for real. */
export const faults: readonly Fault[] = [
  {
    name: "never-healthy",
    fault: "green never answers",
    expected: { endState: "rolled back", noticed: { by: "codedeploy", saying: neverHealthy } },
    run: (stage) => stage.release(broken("exports.listens = false;")),
  },
  {
    name: "crash-loop",
    fault: "green crashes in a loop",
    expected: { endState: "rolled back", noticed: { by: "codedeploy", saying: neverHealthy } },
    run: (stage) => stage.release(broken("process.exit(3);")),
  },
  {
    name: "slow-start",
    fault: "green starts slowly, within the grace period",
    expected: { endState: "released", noticed: { by: "elb", saying: /v2-1 is healthy/ } },
    run: (stage) => stage.release(broken("exports.startMs = 1500;")),
  },
  {
    name: "image-missing",
    fault: "the image is gone from the registry",
    expected: { endState: "rolled back", noticed: { by: "codedeploy", saying: /CannotPullContainerError/ } },
    run: (stage) => {
      stage.when("Install started", () => stage.removeImages());
      return stage.release();
    },
  },
  {
    name: "not-startable",
    fault: "the image's command does not exist",
    expected: { endState: "rolled back", noticed: { by: "codedeploy", saying: /CannotStartContainerError/ } },
    run: (stage) => stage.release({ Dockerfile: 'FROM node:22\nCOPY . .\nCMD ["no-such-program"]\n' }),
  },
  {
    name: "hook-failed",
    fault: "green answers the hook with 500",
    expected: { endState: "rolled back", noticed: { by: "codedeploy", saying: failedHook } },
    run: (stage) =>
      stage.release(
        broken(`exports.answer = (request, response) => {
  if (request.headers["user-agent"]?.startsWith("ELB-HealthChecker")) return false;
  response.writeHead(500).end();
  return true;
};`),
      ),
  },
  {
    name: "hook-crashes",
    fault: "the hook's process ends",
    alterGraph: handler("exports.handler = () => process.exit(1);"),
    expected: {
      endState: "rolled back",
      noticed: { by: "codedeploy", saying: /gave no verdict within 60 minutes: exited/ },
    },
    run: (stage) => stage.release(),
  },
  {
    name: "hook-silent",
    fault: "the hook never answers",
    alterGraph: handler("exports.handler = () => new Promise(() => setInterval(() => {}, 1e6));"),
    expected: {
      endState: "rolled back",
      noticed: { by: "codedeploy", saying: /gave no verdict within 60 minutes: timed out after/ },
    },
    run: (stage) => stage.release(),
  },
  {
    name: "hook-twice",
    fault: "the hook's event is delivered twice",
    alterGraph: handler(`const { handler } = require("./bundle.js");
exports.handler = async (event, context) => (await handler(event, context), handler(event, context));`),
    expected: { endState: "released", noticed: { by: "lambda", saying: /Succeeded: green passed/ } },
    run: (stage) => stage.release(),
  },
  {
    name: "test-on-blue",
    fault: "the test listener is back on blue when the hook runs",
    expected: { endState: "rolled back", noticed: { by: "codedeploy", saying: failedHook } },
    run: (stage) => {
      const { stack, traffic } = stage.rehearsal;
      stage.when(atTest, () => traffic.routes.sendTest(stack.service.primaryTaskSet!.targetGroup));
      return stage.release();
    },
  },
  {
    name: "nobody-approves",
    fault: "nobody continues the deployment in time",
    settings: { "greenlight:trafficShift": "approval", "greenlight:waitMinutes": "5" },
    expected: { endState: "stopped", noticed: { by: "codedeploy", saying: /nobody continued the deployment/ } },
    run: (stage) => stage.release(),
  },
  {
    name: "scale-out",
    fault: "the service is scaled out while green is tested",
    expected: { endState: "released", noticed: { by: "ecs", saying: /has desired count 3/ } },
    run: (stage) => {
      stage.when(atTest, () => stage.rehearsal.stack.service.updateDesiredCount(3));
      return stage.release();
    },
  },
  {
    name: "connections",
    fault: "every kind of connection is open as traffic shifts",
    mix: answersEverything,
    expected: { endState: "released", noticed: { by: "elb", saying: /v1-1 deregistered/ } },
    run: (stage) => stage.release(),
  },
  {
    name: "blue-dies-after",
    fault: "blue's process is killed after the shift",
    expected: { endState: "released", noticed: { by: "ecs", saying: /task v1-1 failed: / } },
    run: (stage) => {
      const pid = stage.rehearsal.stack.service.primaryTaskSet!.tasks[0]!.pid!;
      stage.when("terminationWait started", () => process.kill(pid, "SIGKILL"));
      return stage.release();
    },
  },
  {
    name: "stopped-after-shift",
    fault: "a person stops the deployment after the shift",
    expected: { endState: "stopped", noticed: { by: "codedeploy", saying: /a person stopped it/ } },
    run: (stage) => {
      stage.when("terminationWait started", ({ detail }) =>
        stage.rehearsal.stack.stopDeployment(String(detail.deploymentId), "a person stopped it"),
      );
      return stage.release();
    },
  },
];
