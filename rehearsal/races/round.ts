import { setTimeout as sleep } from "node:timers/promises";
import type { Deployment } from "../codedeploy/deployment";
import { Stage } from "../faults/stage";
import { addReportingHooks, reports } from "../kills/hooks";
import { lost, lostSince, whatIsLeft } from "../kills/performance";
import { proposals } from "../stack/pulumi-up";
import { randomOf } from "./random";

/** Real milliseconds in which everything begins: about as long as a release takes. */
const spanMs = 2_500;
const mostTasks = 3;

const settings = {
  "greenlight:canary": '{"percent":10,"minutes":1}',
  "greenlight:terminationWaitMinutes": "1",
  // The count is the autoscaling's, so that `pulumi up` leaves it alone.
  "greenlight:autoscaling": `{"minimum":1,"maximum":${mostTasks},"cpuPercent":60}`,
};

/** A stack to which everything happens at once. */
export class RaceStage {
  private active: Deployment | undefined;
  private live = "v1";

  private constructor(
    readonly stage: Stage,
    private readonly image: string,
  ) {}

  static async set(): Promise<RaceStage> {
    const stage = await Stage.set({ settings, alterGraph: addReportingHooks });
    try {
      return new RaceStage(stage, await stage.buildImage({ "version.txt": "2\n" }));
    } catch (error) {
      await stage.close();
      throw error;
    }
  }

  /**
   * Two releases, two changes of the count, a person's stop, a death of the controller and a `pulumi up`, each at a moment
   * that the seed gives; returns what should not have been.
   */
  async round(seed: number): Promise<string[]> {
    const { stage } = this;
    const { service } = stage.rehearsal.stack;
    const before = { violations: stage.invariants.violations.length, lost: lost(stage) };
    const random = randomOf(seed);
    const count = () => 1 + Math.floor(random() * mostTasks);
    const [first, second] = [count(), count()];
    const acts: readonly (() => Promise<string[]> | string[])[] = [
      () => this.release(),
      () => this.release(),
      () => this.scale(first),
      () => this.scale(second),
      () => this.stop(),
      () => this.kill(),
      () => this.up(),
    ];
    const found = await Promise.all(
      acts.map(async (act) => {
        const atMs = random() * spanMs;
        await sleep(atMs);
        return act();
      }),
    );
    await service.primaryTaskSet!.whenSteady();
    return [
      ...found.flat(),
      ...stage.invariants.violations.slice(before.violations),
      ...whatIsLeft(stage, this.live),
      ...lostSince(before.lost, lost(stage)),
    ];
  }

  /** The second one is refused while the first is under way. */
  private async release(): Promise<string[]> {
    const { stack } = this.stage.rehearsal;
    const hooks = { AfterAllowTestTraffic: reports.Succeeded };
    let deployment: Deployment;
    try {
      deployment = stack.createDeployment({ ...stack.firstRelease(this.image), hooks });
    } catch (error) {
      const refused = this.active !== undefined && /DeploymentLimitExceeded/.test((error as Error).message);
      return refused ? [] : [(error as Error).message];
    }
    const problems = this.active ? [`${this.active.id} and ${deployment.id} are under way at once`] : [];
    this.active = deployment;
    const { status } = await deployment.run();
    this.active = undefined;
    if (status === "Succeeded") this.live = deployment.label;
    return problems;
  }

  private scale(desiredCount: number): string[] {
    this.stage.rehearsal.stack.service.updateDesiredCount(desiredCount);
    return [];
  }

  private stop(): string[] {
    this.active?.stop("a person rolled it back");
    return [];
  }

  private kill(): string[] {
    this.active?.controller.kill();
    return [];
  }

  private async up(): Promise<string[]> {
    const recorder = await this.stage.evaluateAgain();
    return proposals(recorder, this.stage.rehearsal).map(({ text }) => `pulumi up would change ${text}`);
  }
}
