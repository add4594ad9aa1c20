import { Agent } from "undici";
import type { Timeline, TimelineEvent } from "../events";
import type { ClientConnection } from "../load-balancer/clients";
import type { LifecycleSpan } from "../terminal/lifecycle-chart";
import type { Observation } from "../terminal/summary";
import type { LiveVersions } from "./live-versions";
import { whoAnswers } from "./observe";

export interface WitnessOptions {
  readonly productionUrl: string;
  readonly testUrl: string;
  readonly client: ClientConnection;
  readonly versions: LiveVersions;
  readonly timeline: Timeline;
}

/** The moments at which both ports are asked who answers, by what a lifecycle step has just done. */
const moments: Readonly<Record<string, string>> = {
  "Install started": "while green is installed",
  "AllowTestTraffic succeeded": "test traffic is on green",
  "AllowTraffic succeeded": "production has shifted",
  "terminateBlue succeeded": "blue is stopped",
  "rollback succeeded": "after the rollback",
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
    const { productionUrl, testUrl, versions, timeline } = this.options;
    const answers = (url: string) => whoAnswers(url, versions, this.agent);
    const [production, test] = await Promise.all([answers(productionUrl), answers(testUrl)]);
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

  private follow({ source, type, awsMs, detail }: TimelineEvent): void {
    if (source !== "codedeploy" || typeof detail.step !== "string") return;
    const { step } = detail;
    const phase = type.replace("lifecycle.", "");
    const when = moments[`${step} ${phase}`];
    if (when !== undefined) this.asking = Promise.all([this.asking, this.observe(when)]);
    if (phase === "started") {
      this.started.set(step, awsMs);
      return;
    }
    const startedAwsMs = this.started.get(step) ?? awsMs;
    this.spans.push({ name: step, startedAwsMs, endedAwsMs: awsMs, succeeded: phase === "succeeded" });
  }
}
