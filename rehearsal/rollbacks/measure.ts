import { Stage } from "../faults/stage";
import { startTraffic } from "../traffic/meter";
import type { RollbackCase } from "./cases";
import { filesOf, type LateFault, slowMs } from "./faults";

/** How long one rollback took, in milliseconds of AWS time. */
export interface RollbackTime {
  /** The name of its case. */
  readonly of: string;
  readonly fault: string;
  /** From green's going wrong until an alarm fires, or the test finds it. */
  readonly detectionMs: number;
  /** From then until its controller goes back. */
  readonly decisionMs: number;
  /** From then until the last wrong answer has reached its client. */
  readonly shiftMs: number;
  /** All of it: from green's going wrong to the last wrong answer; 0 if no user got one. */
  readonly totalMs: number;
  /** How many of production's answers in all of it were wrong. */
  readonly wrongPercent: number;
}

interface Sent {
  readonly intendedMs: number;
  readonly endedMs: number;
}

/** A minute takes half a second: an answer is no more than a second or two of AWS time. */
const scale = 120;
const ratePerSecond = 120;

/** Green is found out by an alarm, or by its test. */
const foundOut = /is in ALARM|went to ALARM|reported Failed/;

/** A stack whose v1 is live and which is released again and again, without a build, to versions that go wrong. */
export class RollbackStage {
  private readonly images = new Map<string, string>();
  /** The wrong answers of the release under way, and when the last one reached its client, in AWS time. */
  private wrong = { count: 0, lastMs: 0 };

  private constructor(
    private readonly props: RollbackCase,
    private readonly stage: Stage,
  ) {}

  static async set(props: RollbackCase): Promise<RollbackStage> {
    let onWrong: (answer: Sent) => void = () => undefined;
    const settings = {
      "greenlight:alarms": JSON.stringify({ latencyP99Ms: slowMs }),
      "greenlight:waitMinutes": "0",
      "greenlight:terminationWaitMinutes": "120",
      ...props.settings,
    };
    const stage = await Stage.set({ settings, scale }, (options) =>
      startTraffic({
        ...options,
        ratePerSecond,
        onSuccess: (answer) => void (answer.latencyMs > slowMs && onWrong(answer)),
        onFailure: (answer) => onWrong(answer),
      }),
    );
    const rollbacks = new RollbackStage(props, stage);
    onWrong = (answer) => rollbacks.count(answer);
    return rollbacks;
  }

  /** Releases a version that goes wrong `afterMs` of AWS time after the case says, and waits until all is well again. */
  async measure(fault: LateFault, afterMs: number): Promise<RollbackTime> {
    const { stage, props } = this;
    const { clock } = stage.timeline;
    const at = { wrong: Infinity, fired: Infinity, back: Infinity };
    const image = this.images.get(fault.name) ?? (await stage.buildImage(filesOf(fault)));
    this.images.set(fault.name, image);
    const goWrong = async () => {
      await clock.wait(afterMs);
      at.wrong = clock.awsMs;
      this.wrong = { count: 0, lastMs: at.wrong };
      const green = stage.rehearsal.stack.service.describeTaskSets().at(-1)!.taskSet;
      for (const { pid } of green.tasks) process.kill(pid!, "SIGUSR2");
    };
    let injected: Promise<void> = Promise.resolve();
    const since = props.since === "firstTest" ? /^round \d+ passed/ : `${stage.steps.shift} started`;
    stage.when(since, () => (injected = goWrong()));
    stage.when(/^alarm \S+ is ALARM/, () => (at.fired = clock.awsMs));
    stage.when(`${stage.steps.goBack} started`, () => (at.back = clock.awsMs));
    const reason = await stage.deploy(image);
    await injected;
    const what = `${props.name}, ${fault.name}`;
    if (!foundOut.test(reason ?? "")) throw new Error(`${what}: ${reason ?? "it was released"}`);
    // A machine that is too busy answers late by itself.
    if (at.fired < at.wrong) throw new Error(`${what}: an alarm fired before green went wrong`);
    // Late answers are still under way when production is back on blue already.
    await clock.wait(60_000);
    const { count, lastMs } = this.wrong;
    await this.allQuiet();
    const totalMs = lastMs - at.wrong;
    const noticed = Math.min(at.fired, at.back);
    return {
      of: props.name,
      fault: fault.name,
      detectionMs: noticed - at.wrong,
      decisionMs: at.back - noticed,
      shiftMs: Math.max(0, lastMs - at.back),
      totalMs,
      wrongPercent: count === 0 ? 0 : Math.min(100, (100 * count) / ((ratePerSecond * totalMs) / scale / 1000)),
    };
  }

  /** What was not as it must be, whatever green did. */
  get violations(): readonly string[] {
    const { violations } = this.stage.invariants;
    // A linear shift goes on by the clock, also to a green that hangs.
    const isLinear = this.props.settings["greenlight:linear"] !== undefined;
    return isLinear ? violations.filter((violation) => !violation.includes("has no healthy target")) : violations;
  }

  close(): Promise<void> {
    return this.stage.close();
  }

  /** An answer takes as long as it takes: its time is not hurried, and counts as it is. */
  private count({ intendedMs, endedMs }: Sent): void {
    this.wrong.count++;
    this.wrong.lastMs = Math.max(this.wrong.lastMs, intendedMs * scale + endedMs - intendedMs);
  }

  private async allQuiet(): Promise<void> {
    const { alarms } = this.stage.rehearsal;
    const names = alarms.all.map(({ name }) => name);
    while (alarms.firing(names).length > 0) await this.stage.timeline.clock.wait(30_000);
  }
}
