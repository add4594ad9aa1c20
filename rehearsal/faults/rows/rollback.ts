import { broken } from "../broken";
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

/** Releases; as soon as production is on green, does this and then has a person stop the deployment. */
function stopAfterShift(stage: Stage, prepare: () => Promise<void>): Promise<unknown> {
  const { stack } = stage.rehearsal;
  stage.when("terminationWait started", async ({ detail }) => {
    await prepare();
    stack.stopDeployment(String(detail.deploymentId), "a person stopped it");
  });
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
    controllers: ["CODE_DEPLOY"],
    fault: "one of two blue tasks is killed before the shift",
    settings: { "greenlight:desiredCount": "2" },
    expected: { endState: "released", mayLose: "v1", noticed: { by: "elb", saying: /v1-3 is healthy/ } },
    run: async (stage) => {
      stage.when("AfterAllowTestTraffic started", () => killBlue(stage));
      await stage.release();
      return gap(stage);
    },
  },
  {
    name: "only-blue-dies-before",
    controllers: ["CODE_DEPLOY"],
    fault: "the only blue task is killed before the shift",
    expected: { endState: "released", losing: "v1", noticed: { by: "elb", saying: /v1-2 is healthy/ } },
    run: async (stage) => {
      let healthyMs = Infinity;
      stage.when(/v1-2 is healthy/, ({ elapsedMs }) => (healthyMs = elapsedMs));
      stage.when("AfterAllowTestTraffic started", () => killBlue(stage));
      await stage.release();
      const { failures } = stage.traffic.snapshot();
      const late = failures.filter(({ intendedMs }) => intendedMs > healthyMs);
      if (late.length > 0) throw new Error(`${late.length} requests failed after the replacement was healthy`);
      return gap(stage);
    },
  },
  {
    name: "rollback-waits",
    controllers: ["CODE_DEPLOY"],
    fault: "blue's task is killed after the shift, and the release is stopped before it is replaced",
    settings,
    expected: { endState: "stopped", noticed },
    run: (stage) => stopAfterShift(stage, () => killBlue(stage)),
  },
  {
    name: "rollback-impossible",
    controllers: ["CODE_DEPLOY"],
    fault: "blue's task is killed after the shift and cannot start again, and the release is stopped",
    settings,
    expected: {
      endState: "stopped",
      live: "v2",
      noticed: {
        by: "codedeploy",
        saying: /the rollback failed: blue has no healthy task, so production stays on green/,
      },
    },
    run: (stage) =>
      stopAfterShift(stage, () => {
        stage.removeImages();
        return killBlue(stage);
      }),
  },
  {
    name: "rollback-stopped",
    controllers: ["CODE_DEPLOY"],
    fault: "a person stops the deployment again while it goes back",
    settings,
    expected: { endState: "stopped", noticed },
    run: (stage) => {
      stage.when("rollback started", ({ detail }) =>
        stage.rehearsal.stack.stopDeployment(String(detail.deploymentId), "stopped once more"),
      );
      return stopAfterShift(stage, () => Promise.resolve());
    },
  },
  {
    name: "release-after-rollback",
    controllers: ["CODE_DEPLOY"],
    fault: "a release is rolled back, and the next one is right",
    expected: { endState: "released", live: "v3", noticed: { by: "codedeploy", saying: /Succeeded/ } },
    run: async (stage) => {
      await stage.release(
        broken(`exports.answer = (request, response) => {
  if (request.headers["user-agent"]?.startsWith("ELB-HealthChecker")) return false;
  response.writeHead(500).end();
  return true;
};`),
      );
      await stage.release({ "version.txt": "3\n", "fault.cjs": "" });
    },
  },
];
