import { Stage } from "../faults/stage";
import { startTraffic } from "../traffic/meter";
import { filesOf, type LateFault, slowMs } from "./faults";

/** How long one rollback took, in milliseconds of AWS time. */
export interface RollbackTime {
  readonly fault: string;
  /** From green's going wrong until an alarm fires. */
  readonly detectionMs: number;
  /** From then until CodeDeploy goes back. */
  readonly decisionMs: number;
  /** From then until the last wrong answer has reached its client. */
  readonly shiftMs: number;
  /** All of it: from green's going wrong to the last wrong answer. */
  readonly totalMs: number;
}

interface Sent {
  readonly intendedMs: number;
  readonly endedMs: number;
}

/** A minute takes half a second: an answer is no more than a second or two of AWS time. */
const scale = 120;
const ratePerSecond = 120;

/** A stack whose v1 is live and which is released again and again, without a build, to versions that go wrong. */
export class RollbackStage {
  private readonly images = new Map<string, string>();
  /** When the last wrong answer reached its client, in AWS time. */
  private lastWrongMs = 0;

  private constructor(private readonly stage: Stage) {}

  /** @param alarms the stack's setting */
  static async set(alarms: Readonly<Record<string, number>>): Promise<RollbackStage> {
    let lastWrong: (answer: Sent) => void = () => undefined;
    const settings = {
      "greenlight:alarms": JSON.stringify({ latencyP99Ms: slowMs, ...alarms }),
      "greenlight:waitMinutes": "0",
      "greenlight:terminationWaitMinutes": "120",
    };
    const stage = await Stage.set({ settings, scale }, (options) =>
      startTraffic({
        ...options,
        ratePerSecond,
        onSuccess: (answer) => void (answer.latencyMs > slowMs && lastWrong(answer)),
        onFailure: (answer) => lastWrong(answer),
      }),
    );
    const rollbacks = new RollbackStage(stage);
    // An answer takes as long as it takes: its time is not hurried, and counts as it is.
    lastWrong = ({ intendedMs, endedMs }) =>
      (rollbacks.lastWrongMs = Math.max(rollbacks.lastWrongMs, intendedMs * scale + endedMs - intendedMs));
    return rollbacks;
  }

  /** Releases a version that goes wrong `afterMs` of AWS time after the shift, and waits until all is well again. */
  async measure(fault: LateFault, afterMs: number): Promise<RollbackTime> {
    const { stage } = this;
    const { alarms, stack } = stage.rehearsal;
    const { clock } = stage.timeline;
    const image = this.images.get(fault.name) ?? (await stage.buildImage(filesOf(fault)));
    this.images.set(fault.name, image);
    const at = { wrong: Infinity, fired: Infinity, back: Infinity };
    const goWrong = async () => {
      await clock.wait(afterMs);
      at.wrong = clock.awsMs;
      for (const { pid } of stack.service.primaryTaskSet!.tasks) process.kill(pid!, "SIGUSR2");
    };
    let injected: Promise<void> = Promise.resolve();
    stage.when("terminationWait started", () => (injected = goWrong()));
    stage.when(/^alarm \S+ is ALARM/, () => (at.fired = clock.awsMs));
    stage.when("rollback started", () => (at.back = clock.awsMs));
    const reason = await stage.deploy(image);
    await injected;
    if (!/ALARM_ACTIVE/.test(reason ?? "")) throw new Error(`${fault.name}: ${reason ?? "it was released"}`);
    // A machine that is too busy answers late by itself.
    if (at.fired < at.wrong) throw new Error(`${fault.name}: an alarm fired before green went wrong`);
    // Late answers are still under way when production is back on blue already.
    await clock.wait(60_000);
    const last = this.lastWrongMs;
    await this.allQuiet(alarms.all.map(({ name }) => name));
    return {
      fault: fault.name,
      detectionMs: at.fired - at.wrong,
      decisionMs: at.back - at.fired,
      shiftMs: Math.max(0, last - at.back),
      totalMs: last - at.wrong,
    };
  }

  /** What was not as it must be, whatever green did. */
  get violations(): readonly string[] {
    return this.stage.invariants.violations;
  }

  close(): Promise<void> {
    return this.stage.close();
  }

  private async allQuiet(names: readonly string[]): Promise<void> {
    const { alarms } = this.stage.rehearsal;
    while (alarms.firing(names).length > 0) await this.stage.timeline.clock.wait(30_000);
  }
}
