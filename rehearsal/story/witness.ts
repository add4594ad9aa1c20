import { Agent } from "undici";
import { watchedStep } from "../deployment-steps";
import type { Timeline, TimelineEvent } from "../events";
import type { ClientConnection } from "../load-balancer/clients";
import type { LifecycleSpan } from "../terminal/lifecycle-chart";
import type { Observation } from "../terminal/summary";
import type { LiveVersions } from "./live-versions";
import { whoAnswers } from "./observe";

export interface WitnessOptions {
  readonly productionUrl: string;
  readonly testUrl: string;
  /** What test traffic sends besides. */
  readonly testHeaders: Readonly<Record<string, string>>;
  readonly client: ClientConnection;
  readonly versions: LiveVersions;
  readonly timeline: Timeline;
}

/** The moments at which both ports are asked who answers, by what a lifecycle step has just done. */
const moments: Readonly<Record<string, string>> = {
  "install started": "while green is installed",
  "shiftTest succeeded": "test traffic is on green",
  "shiftProduction succeeded": "production has shifted",
  "endBlue succeeded": "blue is stopped",
  "undo succeeded": "after the rollback",
};

/** Watches a release from outside: asks both ports over real sockets, and keeps how long each step took. */
export class Witness {
  readonly observations: Observation[] = [];
  readonly spans: LifecycleSpan[] = [];
  private readonly started = new Map<string, number>();
  private asking: Promise<unknown> = Promise.resolve();
  private readonly agent: Agent;
  private readonly ignore: () => void;

  constructor(private readonly options: WitnessOptions) {
    this.agent = new Agent({ connect: options.client });
    this.ignore = options.timeline.on((event) => this.follow(event));
  }

  /** Asks both ports now. */
  async observe(when: string): Promise<void> {
    const { productionUrl, testUrl, testHeaders, versions, timeline } = this.options;
    const answers = (url: string, headers = {}) => whoAnswers(url, versions, this.agent, headers);
    const [production, test] = await Promise.all([answers(productionUrl), answers(testUrl, testHeaders)]);
    this.observations.push({ when, production, test });
    timeline.emit("traffic", "observed", `${when}: production answers ${production}, test answers ${test}`, {
      when,
      production,
      test,
    });
  }

  /** Waits for the questions under way, and watches no longer. */
  async close(): Promise<void> {
    this.ignore();
    await this.asking;
    await this.agent.destroy();
  }

  private follow(event: TimelineEvent): void {
    const watched = watchedStep(event);
    if (!watched) return;
    const { name: step, phase, effects } = watched;
    const { awsMs } = event;
    const [when] = effects.flatMap((effect) => moments[`${effect} ${phase}`] ?? []);
    if (when !== undefined) this.asking = Promise.all([this.asking, this.observe(when)]);
    if (phase === "started") {
      this.started.set(step, awsMs);
      return;
    }
    const startedAwsMs = this.started.get(step) ?? awsMs;
    this.spans.push({ name: step, startedAwsMs, endedAwsMs: awsMs, succeeded: phase === "succeeded" });
  }
}
