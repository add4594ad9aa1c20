import { deploymentEnd } from "../deployment-steps";
import type { Timeline, TimelineEvent } from "../events";
import type { TrafficSide } from "../stack/traffic-side";
import { type Traffic, startTraffic } from "../traffic/meter";
import type { MachineLoad } from "../traffic/machine-load";
import { defaultMix, mixOf } from "../traffic/mix";
import type { TrafficReport } from "../traffic/report";
import { AwsWaits } from "./aws-waits";
import type { LiveVersions } from "./live-versions";
import { Witness } from "./witness";

export interface WatchOptions {
  readonly traffic: TrafficSide;
  readonly versions: LiveVersions;
  readonly ratePerSecond: number;
  readonly machine: MachineLoad | undefined;
  readonly timeline: Timeline;
}

/** A release seen from outside, with production traffic all the while. */
export class WatchedRelease {
  /** What was live before. */
  readonly before: string;
  /** What is deployed; undefined as long as nothing is. */
  released: string | undefined;
  /** Whether a deployment came to an end, however it ended. */
  hasDeployed = false;
  readonly witness: Witness;
  private readonly meter: Traffic;
  private readonly waits = new AwsWaits();
  private readonly startedMs: number;
  private readonly ignore: () => void;

  constructor(private readonly options: WatchOptions) {
    const { traffic, versions, ratePerSecond, machine, timeline } = options;
    const { productionUrl: url, client } = traffic;
    this.before = versions.live;
    this.startedMs = timeline.clock.elapsedMs;
    this.ignore = timeline.on((event) => this.follow(event));
    this.witness = new Witness({ ...traffic, versions, timeline });
    const mix = mixOf(defaultMix(url), url, traffic.healthPath);
    this.meter = startTraffic({ url, client, mix, ratePerSecond, versions, machine, timeline });
  }

  snapshot(): TrafficReport {
    return this.meter.snapshot();
  }

  /** Listens to nothing more, at once; resolves when all questions under way are answered. */
  async end() {
    this.ignore();
    const { elapsedMs } = this.options.timeline.clock;
    await this.witness.close();
    const report = await this.meter.stop();
    return { report, awsMs: this.waits.awsMs, elapsedMs: elapsedMs - this.startedMs };
  }

  private follow(event: TimelineEvent): void {
    const { source, type, detail } = event;
    this.waits.follow(event);
    if (source === "ecs" && type === "task-set.created") this.released = String(detail.label);
    if (deploymentEnd(event)) this.hasDeployed = true;
  }
}
