import { strFromU8, strToU8, unzipSync, zipSync } from "fflate";
import assert from "node:assert/strict";
import type { Recorder } from "../../graph/recorder";
import type { Fault } from "../fault";
import type { Stage } from "../stage";

/** Has ECS invoke the hook at these stages of each deployment, too. */
const alsoAt =
  (...stages: readonly string[]) =>
  (recorder: Recorder) => {
    const outputs = recorder.find("aws:s3/bucketObjectv2:BucketObjectv2", "-template").outputs as Record<
      string,
      unknown
    >;
    const files = unzipSync(Buffer.from(String(outputs.contentBase64), "base64"));
    const update = JSON.parse(strFromU8(files["service.json"]!)) as ServiceUpdate;
    for (const { lifecycleStages } of update.deploymentConfiguration.lifecycleHooks) lifecycleStages.push(...stages);
    const altered = zipSync({ ...files, "service.json": strToU8(JSON.stringify(update)) });
    outputs.contentBase64 = Buffer.from(altered).toString("base64");
  };

interface ServiceUpdate {
  readonly deploymentConfiguration: { readonly lifecycleHooks: readonly { readonly lifecycleStages: string[] }[] };
}

/** Invokes the hook as ECS does when it has made the service, whose first revision takes all traffic; returns its answer. */
async function askAtCreation(stage: Stage): Promise<unknown> {
  const { stack } = stage.rehearsal;
  const { arn: serviceArn } = stack.service;
  const program = await stage.evaluateAgain();
  const event = {
    executionId: "creation",
    lifecycleStage: stage.steps.test,
    resourceArn: `${serviceArn.replace(":service/", ":service-deployment/")}/first`,
    executionDetails: {
      serviceArn,
      targetServiceRevisionArn: `${serviceArn.replace(":service/", ":service-revision/")}/${"1".padStart(19, "0")}`,
      testTrafficWeights: {},
      productionTrafficWeights: {},
    },
  };
  const { name } = program.find("aws:lambda/function:Function", "-test").outputs;
  const outcome = await stack.invoke(String(name), event, new AbortController().signal);
  return outcome.status === "returned" ? outcome.value : outcome;
}

/** Releases, has a person stop the deployment after the shift, and returns the stages at which the hook was invoked. */
async function stagesOfTheHook(stage: Stage): Promise<unknown[]> {
  stage.stopDeploymentWhen(`${stage.steps.keepBlue} started`, "a person stopped it");
  await stage.release();
  const events = stage.events.filter(({ source, type }) => source === "lambda" && type === "invoked");
  return events.flatMap(({ detail }) => (detail.event as { lifecycleStage?: string }).lifecycleStage ?? []);
}

/** ECS invokes a hook when the service is made, and again on the way back, too; neither may be held up. */
export const ecsHook: readonly Fault[] = [
  {
    name: "hook-at-creation",
    controllers: ["ECS"],
    // The program makes the service without hooks; whoever adds the hook there is not held up.
    fault: "the hook is invoked when the service is made, for its first revision",
    expected: { endState: "released", noticed: { by: "lambda", saying: /Succeeded: green passed/ } },
    run: async (stage) => {
      assert.deepEqual(await askAtCreation(stage), { hookStatus: "SUCCEEDED" });
      await stage.release();
    },
  },
  {
    name: "hook-on-the-way-back",
    controllers: ["ECS"],
    fault: "the hook is at the stages that shift traffic, too, which run again on the way back",
    alterGraph: alsoAt("TEST_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT"),
    expected: { endState: "stopped", noticed: { by: "ecs", saying: /a person stopped it/ } },
    run: async (stage) =>
      assert.deepEqual(await stagesOfTheHook(stage), [
        "TEST_TRAFFIC_SHIFT",
        "POST_TEST_TRAFFIC_SHIFT",
        "PRODUCTION_TRAFFIC_SHIFT",
        "PRODUCTION_TRAFFIC_SHIFT",
        "TEST_TRAFFIC_SHIFT",
      ]),
  },
];
