import * as pulumi from "@pulumi/pulumi";
import type { Recorder } from "../../graph/recorder";
import { broken } from "../broken";
import type { Fault } from "../fault";

const failedHook = /AfterAllowTestTraffic reported Failed/;

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

/** The hook, or what it looks at, is wrong. */
export const hook: readonly Fault[] = [
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
      stage.when("AfterAllowTestTraffic started", () =>
        traffic.routes.sendTest(stack.service.primaryTaskSet!.targetGroup),
      );
      return stage.release();
    },
  },
];
