import { readdirSync, rmSync } from "node:fs";
import { cp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Clock } from "../clock";
import type { ExecutionResult } from "../codepipeline/pipeline";
import { Timeline, type TimelineEvent } from "../events";
import type { ExistingThings } from "../graph/existing";
import type { Recorder } from "../graph/recorder";
import { Invariants } from "../invariants";
import { LiveVersions } from "../story/live-versions";
import { type Rehearsal, setUpRehearsal } from "../story/rehearse";
import type { TrafficClass } from "../traffic/mix";
import { startTraffic, type Traffic, type TrafficOptions } from "../traffic/meter";
import { freePortOffset } from "./free-port-offset";
import { createWorkspace, type Workspace } from "../workspace";

/** Sixty minutes take six seconds. */
const defaultScale = 600;
const ratePerSecond = 40;
const appDirectory = join(__dirname, "app");
const programDirectory = join(__dirname, "../..");
/** Not the settings of whoever runs this: what is proven must not depend on them. */
const stacksDirectory = join(programDirectory, "test/fixtures/stacks");
/** Pulumi's mocks are one for a process. */
let evaluating: Promise<unknown> = Promise.resolve();

export type Controller = "CODE_DEPLOY" | "ECS";

/** What makes one stage other than the next. */
export interface StageProps {
  /** Whose settings. @default "dev" */
  readonly stack?: string;
  /** Who releases. @default the stack's own */
  readonly controller?: Controller;
  /** Take the place of the stack's settings. @default none */
  readonly settings?: Readonly<Record<string, string | undefined>>;
  /** What AWS tells of things that the program names by ARN. @default all as such things are */
  readonly existing?: ExistingThings;
  /** Changes the account before the stack is performed. @default nothing */
  readonly alterGraph?: (recorder: Recorder) => void;
  /** @default fresh and kept connections to `/` */
  readonly mix?: readonly TrafficClass[];
  /** AWS milliseconds per real millisecond. @default 600 */
  readonly scale?: number;
}

/** Steps of a deployment in which something may be done to it, by their controller's names. */
const steps = {
  CODE_DEPLOY: {
    install: "Install",
    shiftTest: "AllowTestTraffic",
    test: "AfterAllowTestTraffic",
    shift: "AllowTraffic",
    keepBlue: "terminationWait",
    goBack: "rollback",
  },
  ECS: {
    install: "SCALE_UP",
    shiftTest: "TEST_TRAFFIC_SHIFT",
    test: "POST_TEST_TRAFFIC_SHIFT",
    shift: "PRODUCTION_TRAFFIC_SHIFT",
    keepBlue: "BAKE_TIME",
    goBack: "rollback PRODUCTION_TRAFFIC_SHIFT",
  },
} as const;

/** A stack of its own whose v1 is live, with clients, for one fault. */
export class Stage {
  readonly events: TimelineEvent[] = [];
  readonly results: ExecutionResult[] = [];
  private readonly runs = new Map<string, Promise<ExecutionResult>>();
  private pushed: Promise<unknown> = Promise.resolve();
  private built = 0;

  private constructor(
    readonly rehearsal: Rehearsal,
    readonly timeline: Timeline,
    readonly traffic: Traffic,
    readonly invariants: Invariants,
    private readonly workspace: Workspace,
  ) {
    timeline.on((event) => this.events.push(event));
    rehearsal.repository.onPush((push) => {
      const run = rehearsal.release(push);
      if (run) this.runs.set(push.commitId, run);
    });
  }

  /** @param start how its clients are started; by default in this process */
  static async set(
    { stack = "dev", controller, settings: ofRow, existing, alterGraph, mix, scale = defaultScale }: StageProps,
    start: (options: TrafficOptions) => Traffic | Promise<Traffic> = startTraffic,
  ): Promise<Stage> {
    const settings = { ...ofRow, ...(controller ? { "greenlight:controller": controller } : {}) };
    const clock = new Clock(scale);
    const timeline = new Timeline(clock);
    const workspace = await createWorkspace();
    const options = {
      appDirectory,
      stack,
      scale,
      keep: false,
      json: false,
      fail: undefined,
      // It is one of this project's own.
      trustApp: true,
      portOffset: await freePortOffset(),
      ratePerSecond,
    };
    const { signal } = new AbortController();
    const setUp = evaluating.then(() =>
      setUpRehearsal({
        options,
        programDirectory,
        stacksDirectory,
        workspace,
        clock,
        timeline,
        signal,
        settings,
        ...(existing ? { existing } : {}),
        ...(alterGraph ? { alterGraph } : {}),
      }),
    );
    evaluating = setUp.catch(() => undefined);
    try {
      const rehearsal = await setUp;
      const { productionUrl: url, client } = rehearsal.traffic;
      const versions = new LiveVersions("v1", timeline, rehearsal.traffic.loadBalancer);
      const traffic = await start({ url, client, ratePerSecond, versions, timeline, ...(mix ? { mix } : {}) });
      workspace.onClose(async () => void (await traffic.stop()));
      const port = Number(new URL(url).port);
      const invariants = new Invariants(rehearsal.stack, rehearsal.traffic, port, timeline);
      return new Stage(rehearsal, timeline, traffic, invariants, workspace);
    } catch (error) {
      await workspace.close();
      throw error;
    }
  }

  get isDeployedByEcs(): boolean {
    return this.rehearsal.stack.isDeployedByEcs;
  }

  /** The names of its controller's steps. */
  get steps(): (typeof steps)[Controller] {
    return steps[this.isDeployedByEcs ? "ECS" : "CODE_DEPLOY"];
  }

  /** Commits these files of the app, pushes them, and resolves when the run that the push has started is over. */
  async release(files: Readonly<Record<string, string | Buffer>> = {}): Promise<ExecutionResult> {
    const { repository } = this.rehearsal;
    // There is one working clone: a push waits for the one before.
    const commit = this.pushed.then(() =>
      repository.commitAndPush("A release", async (directory) => {
        for (const [name, content] of Object.entries({ "version.txt": "2\n", ...files }))
          await writeFile(join(directory, name), content);
      }),
    );
    this.pushed = commit.catch(() => undefined);
    const result = await this.runs.get(await commit);
    if (!result) throw new Error("the push started no run of the pipeline");
    this.results.push(result);
    return result;
  }

  /** Builds an image of the app with these files in it, for any number of deployments; returns it by digest. */
  async buildImage(files: Readonly<Record<string, string>>): Promise<string> {
    const tag = `built-${++this.built}`;
    const directory = join(this.workspace.directory, tag);
    await cp(appDirectory, directory, { recursive: true });
    for (const [name, content] of Object.entries(files)) await writeFile(join(directory, name), content);
    return this.rehearsal.buildImage(directory, tag);
  }

  /** Deploys an image that is built already, without a run of the pipeline; resolves with why it failed, if it did. */
  deploy(image: string): Promise<string | undefined> {
    return this.rehearsal.deployImage(image).then(
      () => undefined,
      (error: Error) => error.message,
    );
  }

  /** The program, run anew with the same settings, as a further `pulumi up` does. */
  async evaluateAgain(): Promise<Recorder> {
    const graph = evaluating.then(() => this.rehearsal.evaluateAgain());
    evaluating = graph.catch(() => undefined);
    return graph;
  }

  /** Calls `react` once, when the first event of this text is told. */
  when(text: string | RegExp, react: (event: TimelineEvent) => unknown): void {
    const ignore = this.timeline.on((event) => {
      if (typeof text === "string" ? event.text !== text : !text.test(event.text)) return;
      ignore();
      react(event);
    });
  }

  /** A person stops the deployment when the first event of this text is told, once `prepare` is done. */
  stopDeploymentWhen(text: string, reason: string, prepare: () => unknown = () => undefined): void {
    this.when(text, async ({ detail }) => {
      await prepare();
      this.rehearsal.stack.stopDeployment(String(detail.deploymentId ?? detail.serviceDeploymentArn), reason);
    });
  }

  /** The registry loses every image. */
  removeImages(): void {
    const registry = join(this.workspace.directory, "images", "registry");
    for (const name of readdirSync(registry)) rmSync(join(registry, name, "digests"), { recursive: true });
  }

  /** ECR's scans find this in every image from now on. */
  async findInImages(findings: readonly { readonly severity: string; readonly name: string }[]): Promise<void> {
    await writeFile(join(this.workspace.directory, "images", "scan-findings.json"), JSON.stringify(findings));
  }

  /** The groups of processes that run for it: its tasks, and what works on a release. */
  get processGroups(): ReadonlySet<number> {
    return this.workspace.processGroups;
  }

  close(): Promise<void> {
    return this.workspace.close();
  }
}
