import type { Fault } from "../fault";
import type { Stage } from "../stage";

/** Blue stays long enough for the builds of further pushes to come to the end while a deployment is under way. */
const settings = { "greenlight:terminationWaitMinutes": "120" };
const deployStarted = "stage Deploy started";

/** Releases; meanwhile pushes further versions, each as soon as the one before has started its run. */
async function releaseWhilePushing(stage: Stage, versions: readonly string[]): Promise<void> {
  const further: Promise<unknown>[] = [];
  const push = ([version, ...rest]: readonly string[]): void => {
    if (version === undefined) return;
    stage.when(/^run \w+ of .* started/, () => push(rest));
    further.push(stage.release({ "version.txt": `${version}\n` }));
  };
  stage.when(deployStarted, () => push(versions));
  await stage.release();
  while (further.length > 0) await Promise.all(further.splice(0));
  neverTwoAtOnce(stage);
}

/** @throws Error if a deployment began during another, or none had to wait, which would show nothing */
function neverTwoAtOnce({ events }: Stage): void {
  const deploying = new Set<unknown>();
  let waited = false;
  for (const { source, type, text, detail } of events.filter((event) => event.source === "codepipeline")) {
    if (text === "stage Build succeeded") waited ||= deploying.size > 0;
    if (text === deployStarted) deploying.add(detail.executionId);
    if (/^execution\.(succeeded|failed)$/.test(type)) deploying.delete(detail.executionId);
    if (deploying.size > 1) throw new Error(`${source}: two runs deployed at once`);
  }
  if (!waited) throw new Error("no run came to Deploy during another's; this machine built too slowly");
}

/** Pushes that come while a release is under way. */
export const pushes: readonly Fault[] = [
  {
    name: "second-push-superseded",
    fault: "two more pushes during a release, executionMode SUPERSEDED",
    settings: { ...settings, "greenlight:executionMode": "SUPERSEDED" },
    expected: {
      endState: "released",
      live: "v3",
      noticed: { by: "codepipeline", saying: /was superseded before Deploy/ },
    },
    run: (stage) => releaseWhilePushing(stage, ["3", "4"]),
  },
  {
    name: "second-push-queued",
    fault: "a second push during a release, executionMode QUEUED",
    settings: { ...settings, "greenlight:executionMode": "QUEUED" },
    expected: { endState: "released", live: "v3", noticed: { by: "codedeploy", saying: /Install started/ } },
    ecsSaying: /SCALE_UP started/,
    run: (stage) => releaseWhilePushing(stage, ["3"]),
  },
];
