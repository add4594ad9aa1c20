import { watchedStep } from "../deployment-steps";
import { failsItsTest } from "../faults/broken";
import type { Stage } from "../faults/stage";

/** A release, and how it must end. */
export interface Round {
  readonly what: string;
  /** The image that is deployed. */
  readonly image: string;
  /** The reason for which it is undone. @default it goes through */
  readonly undone?: RegExp;
  /** Called before it begins. */
  readonly prepare?: () => void;
}

/** In AWS time from the moment at which production begins to shift: clients are on green by then, all or some of them. */
const stoppedAfterMs = 60_000;
const stopped = "a person stopped it";

/** What both controllers say of a hook that does not let a version pass. */
const failedTest = /reported Failed|FAILED/;

/** Two versions that go live in turn; between them one that fails its test, and one that a person stops as traffic shifts. */
export async function roundsOf(stage: Stage): Promise<readonly Round[]> {
  const one = await stage.buildImage({ "version.txt": "one\n" });
  const other = await stage.buildImage({ "version.txt": "other\n" });
  const faulty = await stage.buildImage(failsItsTest);
  return [
    { what: "a release", image: one },
    { what: "a release that fails its test", image: faulty, undone: failedTest },
    { what: "the next release", image: other },
    { what: "a release that is stopped", image: one, undone: RegExp(stopped), prepare: () => stopAsItShifts(stage) },
  ];
}

function stopAsItShifts(stage: Stage): void {
  const ignore = stage.timeline.on((event) => {
    const { phase, effects = [] } = watchedStep(event) ?? {};
    if (phase !== "started" || !effects.includes("shiftProduction")) return;
    ignore();
    const { deploymentId, serviceDeploymentArn } = event.detail;
    const id = String(deploymentId ?? serviceDeploymentArn);
    void stage.timeline.clock.wait(stoppedAfterMs).then(() => stage.rehearsal.stack.stopDeployment(id, stopped));
  });
}
