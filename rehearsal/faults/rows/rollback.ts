import { failsItsTest } from "../broken";
import type { Fault } from "../fault";
import type { Stage } from "../stage";

const noticed = { by: "codedeploy", saying: /a person stopped it/ } as const;
const settings = { "greenlight:terminationWaitMinutes": "60" };

/** Kills a task of the older task set; resolves once it is STOPPED. */
async function killBlue(stage: Stage): Promise<void> {
  const [task] = stage.rehearsal.stack.service.describeTaskSets()[0]!.taskSet.tasks;
  process.kill(task!.pid!, "SIGKILL");
  await task!.whenStopped();
}

/** The same after the shift, once it serves nobody: what is under way in a task that is killed is lost in AWS, too. */
async function killIdleBlue(stage: Stage): Promise<void> {
  const { targetGroup } = stage.rehearsal.stack.service.describeTaskSets()[0]!.taskSet;
  await Promise.all(targetGroup.targets().map((target) => target.whenIdle()));
  await killBlue(stage);
}

/** Releases; as soon as production is on green, does this and then has a person stop the deployment. */
function stopAfterShift(stage: Stage, prepare?: () => unknown): Promise<unknown> {
  stage.stopDeploymentWhen(`${stage.steps.keepBlue} started`, "a person stopped it", prepare);
  return stage.release();
}

/** The longest time without a good answer; real time, since a process starts no faster here. */
function gap(stage: Stage): string {
  return `longest gap ${Math.round(stage.traffic.snapshot().longestGapMs)} ms`;
}

/** Blue, which is the way back: it dies, or the way back itself is in trouble. */
export const rollback: readonly Fault[] = [
  {
    name: "blue-dies-before",
    fault: "one of two blue tasks is killed before the shift",
    settings: { "greenlight:desiredCount": "2" },
    expected: { endState: "released", mayLose: "v1", noticed: { by: "elb", saying: /v1-3 is healthy/ } },
    run: async (stage) => {
      stage.when(`${stage.steps.test} started`, () => killBlue(stage));
      await stage.release();
      return gap(stage);
    },
  },
  {
    name: "only-blue-dies-before",
    fault: "the only blue task is killed before the shift",
    expected: { endState: "released", losing: "v1", noticed: { by: "elb", saying: /v1-2 is healthy/ } },
    run: async (stage) => {
      let healthyMs = Infinity;
      stage.when(/v1-2 is healthy/, ({ elapsedMs }) => (healthyMs = elapsedMs));
      stage.when(`${stage.steps.test} started`, () => killBlue(stage));
      await stage.release();
      const { failures } = stage.traffic.snapshot();
      const late = failures.filter(({ intendedMs }) => intendedMs > healthyMs);
      if (late.length > 0) throw new Error(`${late.length} requests failed after the replacement was healthy`);
      return gap(stage);
    },
  },
  {
    name: "blue-dies-after",
    fault: "blue's process is killed after the shift",
    // Three real seconds, in which even a busy machine sees its end.
    settings: { "greenlight:terminationWaitMinutes": "30" },
    expected: { endState: "released", noticed: { by: "ecs", saying: /task v1-1 failed: / } },
    run: (stage) => {
      stage.when(`${stage.steps.keepBlue} started`, () => killIdleBlue(stage));
      return stage.release();
    },
  },
  {
    name: "stopped-after-shift",
    fault: "a person stops the deployment after the shift",
    expected: { endState: "stopped", noticed },
    run: (stage) => stopAfterShift(stage),
  },
  {
    name: "rollback-waits",
    fault: "blue's task is killed after the shift, and the release is stopped before it is replaced",
    settings,
    expected: { endState: "stopped", noticed },
    run: (stage) => stopAfterShift(stage, () => killIdleBlue(stage)),
  },
  {
    name: "rollback-impossible",
    fault: "blue's task is killed after the shift and cannot start again, and the release is stopped",
    settings,
    expected: {
      endState: "stuck",
      live: "v2",
      noticed: { by: "codedeploy", saying: /blue has no healthy task, so production stays on green/ },
    },
    run: (stage) =>
      stopAfterShift(stage, () => {
        stage.removeImages();
        return killIdleBlue(stage);
      }),
  },
  {
    name: "rollback-stopped",
    fault: "a person stops the deployment again while it goes back",
    settings,
    expected: { endState: "stopped", noticed },
    run: (stage) => {
      stage.stopDeploymentWhen(`${stage.steps.goBack} started`, "stopped once more");
      return stopAfterShift(stage);
    },
  },
  {
    name: "release-after-rollback",
    fault: "a release is rolled back, and the next one is right",
    expected: { endState: "released", live: "v3", noticed: { by: "codedeploy", saying: /Succeeded/ } },
    ecsSaying: /SUCCESSFUL/,
    run: async (stage) => {
      await stage.release(failsItsTest);
      await stage.release({ "version.txt": "3\n", "fault.cjs": "" });
    },
  },
];
