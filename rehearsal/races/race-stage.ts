import { setTimeout as sleep } from "node:timers/promises";
import { request } from "undici";
import type { Source, Timeline } from "../events";
import { type Controller, Stage } from "../faults/stage";
import type { ExecutionMode } from "../codepipeline/stage-gate";
import { proposals } from "../stack/pulumi-up";
import { startTraffic } from "../traffic/meter";
import { lastReleased, type Pushed, runProblems } from "./judge";
import { type Act, type Moment, mostTasks, planOf } from "./plan";
import { lost, lostSince, whatIsLeft } from "./what-is-left";

/** Real milliseconds until an answer must be complete: a load balancer's idle timeout. A busy machine's is slow. */
const timeoutMs = 60_000;
const stopped = "a person rolled it back";
/** Real milliseconds in which what a round leaves must have ended, and how often that is looked at. */
const longestEndMs = 10_000;
const lookMs = 20;

const uncounted: readonly Source[] = ["codebuild", "traffic"];

/** Releases are short, and have a wait of each kind. */
const settings = {
  "greenlight:waitMinutes": "1",
  "greenlight:canary": '{"percent":10,"minutes":1}',
  "greenlight:terminationWaitMinutes": "8",
  // The count is the autoscaling's, so that `pulumi up` leaves it alone.
  "greenlight:autoscaling": `{"minimum":1,"maximum":${mostTasks},"cpuPercent":60}`,
};

/** A stack to which everything happens at once. */
export class RaceStage {
  /** What the live version answers. */
  private live = "1";
  private desiredCount = 1;

  private constructor(readonly stage: Stage) {}

  static async set(controller: Controller, mode: ExecutionMode): Promise<RaceStage> {
    const request = { controller, settings: { ...settings, "greenlight:executionMode": mode } };
    return new RaceStage(await Stage.set(request, (options) => startTraffic({ ...options, timeoutMs })));
  }

  /** Performs the round of a seed, whose mode must be the stage's; returns what should not have been. */
  async round(seed: number): Promise<string[]> {
    const { stage } = this;
    const { mode, pushes, acts } = planOf(seed);
    const { service } = stage.rehearsal.stack;
    // Whatever the round before has left: a seed by itself begins with one task.
    this.scale(1);
    await service.primaryTaskSet!.whenSteady();
    const before = { violations: stage.invariants.violations.length, lost: lost(stage) };
    const runs: Promise<Pushed>[] = [];
    const ended: string[] = [];
    const push = (): Promise<Pushed> => {
      const version = `${seed}.${runs.length + 1}`;
      const run = stage.release({ "version.txt": `${version}\n` }).then((result) => {
        if (result.status !== "Superseded") ended.push(version);
        return { version, result };
      });
      runs.push(run);
      return run;
    };
    const first = push();
    const further = pushes.slice(1).map((moment) => come(stage.timeline, moment, first).then(push));
    const allPushed = Promise.all([first, ...further]);
    const acted = acts.map(({ act, moment }) => come(stage.timeline, moment, allPushed).then(() => this.perform(act)));
    const [found] = await Promise.all([Promise.all(acted), allPushed]);
    const pushed = await Promise.all(runs);
    this.live = lastReleased(pushed) ?? this.live;
    await service.primaryTaskSet!.whenSteady();
    return [
      ...found.flat(),
      ...runProblems(mode, pushed, ended, stopped),
      ...stage.invariants.violations.slice(before.violations),
      ...whatIsLeft(stage, service.primaryTaskSet!.label),
      ...this.countProblems(),
      ...(await this.answerProblems()),
      ...(await this.processProblems()),
      ...lostSince(before.lost, lost(stage)),
    ];
  }

  private async perform(act: Act): Promise<string[]> {
    const { stack } = this.stage.rehearsal;
    switch (act.kind) {
      case "scale":
        this.scale(act.desiredCount);
        return [];
      case "stop":
        if (stack.deploymentUnderWay !== undefined) stack.stopDeployment(stack.deploymentUnderWay, stopped);
        return [];
      case "pulumi up": {
        const recorder = await this.stage.evaluateAgain();
        return proposals(recorder, this.stage.rehearsal).map(({ text }) => `pulumi up would change ${text}`);
      }
    }
  }

  private scale(desiredCount: number): void {
    this.desiredCount = desiredCount;
    this.stage.rehearsal.stack.service.updateDesiredCount(desiredCount);
  }

  private countProblems(): string[] {
    const { desiredCount } = this.stage.rehearsal.stack.service;
    return desiredCount === this.desiredCount ? [] : [`the count is ${desiredCount}, and not ${this.desiredCount}`];
  }

  /** Both listeners must answer with the version that was released last. */
  private async answerProblems(): Promise<string[]> {
    const { productionUrl, testUrl, testHeaders } = this.stage.rehearsal.traffic;
    const answers = [await request(productionUrl), await request(testUrl, { headers: testHeaders })];
    const texts = await Promise.all(answers.map(({ body }) => body.text()));
    const wrong = texts.filter((text) => text !== this.live);
    return wrong.map((text) => `${text} answers, and not ${this.live}, which was released last`);
  }

  /** A task is a group of processes; nothing else may run. */
  private async processProblems(): Promise<string[]> {
    const { processGroups, rehearsal } = this.stage;
    const { desiredCount } = rehearsal.stack.service;
    for (let waitedMs = 0; processGroups.size !== desiredCount && waitedMs < longestEndMs; waitedMs += lookMs)
      await sleep(lookMs);
    const { size } = processGroups;
    return size === desiredCount ? [] : [`${size} groups of processes run, for ${desiredCount} tasks`];
  }
}

/** Resolves at the moment, counted from now, or when nothing is left to wait for. */
async function come(timeline: Timeline, { events, thenMs }: Moment, over: Promise<unknown>): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    let left = events;
    const end = () => {
      ignore();
      resolve();
    };
    const ignore = timeline.on(({ source }) => {
      if (!uncounted.includes(source) && --left <= 0) end();
    });
    if (left === 0) end();
    over.then(end, reject);
  });
  await sleep(thenMs);
}
