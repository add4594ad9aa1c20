import { CodeDeploy } from "@aws-sdk/client-codedeploy";
import * as pulumi from "@pulumi/pulumi";
import type { Recorder } from "../../graph/recorder";
import { failsItsTest } from "../broken";
import type { Fault } from "../fault";
import type { Stage } from "../stage";

/** The hook finds that green, or the way to it, is wrong, and the release is rolled back. */
const refusedByHook = (name: string, fault: string, run: Fault["run"]): Fault => ({
  name,
  fault,
  expected: { endState: "rolled back", noticed: { by: "codedeploy", saying: /AfterAllowTestTraffic reported Failed/ } },
  ecsSaying: /at POST_TEST_TRAFFIC_SHIFT returned FAILED/,
  run,
});

/** Puts another handler in the place of the hook's bundled one, which stays beside it as bundle.js. */
const handler = (code: string) => (recorder: Recorder) => {
  const hooks = recorder.all("aws:lambda/function:Function").filter(({ name }) => name.endsWith("-test"));
  for (const { outputs } of hooks) {
    const { assets } = outputs.code as { assets: Promise<pulumi.asset.AssetMap> };
    const replaced = Promise.resolve(assets).then((files) => ({
      ...files,
      "bundle.js": files["index.js"]!,
      "index.js": new pulumi.asset.StringAsset(code),
    }));
    (outputs as Record<string, unknown>).code = new pulumi.asset.AssetArchive(replaced);
  }
};

/** Releases, and says Succeeded by the real SDK once CodeDeploy waits for the hook no longer. */
async function releaseWithLateVerdict(stage: Stage): Promise<{ readonly rejection: string }> {
  const { url, credentials } = await stage.rehearsal.stack.aws.open();
  const client = new CodeDeploy({ endpoint: url, region: "eu-central-1", credentials });
  let hook: { DeploymentId: string; LifecycleEventHookExecutionId: string } | undefined;
  let rejection = Promise.resolve("no answer");
  stage.when(/^\S+ invoked$/, ({ detail }) => (hook = detail.event as typeof hook));
  stage.when(/^AfterAllowTestTraffic failed/, () => {
    const input = { deploymentId: hook!.DeploymentId, status: "Succeeded" } as const;
    const call = { ...input, lifecycleEventHookExecutionId: hook!.LifecycleEventHookExecutionId };
    rejection = client.putLifecycleEventHookExecutionStatus(call).then(
      () => "accepted",
      (error: Error) => error.name,
    );
  });
  await stage.release();
  return { rejection: await rejection };
}

/** The hook, or what it looks at, is wrong. */
export const hook: readonly Fault[] = [
  refusedByHook("hook-failed", "green answers the hook with 500", (stage) => stage.release(failsItsTest)),
  {
    name: "hook-crashes",
    fault: "the hook's process ends",
    alterGraph: handler("exports.handler = () => process.exit(1);"),
    expected: {
      endState: "rolled back",
      noticed: { by: "codedeploy", saying: /gave no verdict within 60 minutes: exited/ },
    },
    ecsSaying: /at POST_TEST_TRAFFIC_SHIFT exited without an answer/,
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
    ecsSaying: /at POST_TEST_TRAFFIC_SHIFT timed out after/,
    run: (stage) => stage.release(),
  },
  {
    name: "hook-twice",
    fault: "the hook's event is delivered twice",
    alterGraph: handler(`const { handler } = require("./bundle.js");
exports.handler = async (event, context) =>
  (await Promise.all([handler(event, context), handler(event, context)]))[1];`),
    expected: { endState: "released", noticed: { by: "lambda", saying: /Succeeded: green passed/ } },
    run: (stage) => stage.release(),
  },
  {
    name: "hook-late",
    // ECS takes what the function returns, which returns nothing once its time is over: that is hook-silent.
    controllers: ["CODE_DEPLOY"],
    fault: "the hook's verdict comes after its deadline",
    alterGraph: handler("exports.handler = async () => {};"),
    expected: {
      endState: "rolled back",
      noticed: { by: "codedeploy", saying: /gave no verdict within 60 minutes: returned/ },
    },
    run: async (stage) => {
      const { rejection } = await releaseWithLateVerdict(stage);
      if (rejection !== "LifecycleEventAlreadyCompletedException") throw new Error(`the late verdict got ${rejection}`);
    },
  },
  refusedByHook("hook-unreachable", "the test listener is out of the hook's reach", (stage) => {
    const { loadBalancer, testUrl } = stage.rehearsal.traffic;
    const test = loadBalancer.describeListeners().find(({ localPort }) => localPort === Number(new URL(testUrl).port));
    stage.when(`${stage.steps.test} started`, () => loadBalancer.isolate(test!.arn));
    return stage.release();
  }),
  refusedByHook("test-on-blue", "the test listener is back on blue when the hook runs", (stage) => {
    const { stack, traffic } = stage.rehearsal;
    stage.when(`${stage.steps.test} started`, () => traffic.routes.sendTest(stack.service.primaryTaskSet!.targetGroup));
    return stage.release();
  }),
];
