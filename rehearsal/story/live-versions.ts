import { deploymentEnd, watchedStep } from "../deployment-steps";
import type { LoadBalancer } from "../load-balancer/load-balancer";
import type { Timeline, TimelineEvent } from "../events";
import type { VersionCheck } from "../traffic/meter";

const servedKept = 100_000;

/** From then on only these versions may answer production. Times are real milliseconds since the rehearsal's start. */
interface Span {
  readonly fromMs: number;
  readonly versions: readonly string[];
}

/**
 * Who may answer production when, told from the deployments' lifecycle events: blue until AllowTraffic begins, green
 * once it has ended, both in between; after a rollback blue alone.
 */
export class LiveVersions implements VersionCheck {
  private readonly spans: Span[];
  private readonly served = new Map<string, string>();
  private blue: string;
  private green: string | undefined;

  constructor(first: string, timeline: Timeline, loadBalancer: LoadBalancer) {
    this.blue = first;
    this.spans = [{ fromMs: 0, versions: [first] }];
    timeline.on((event) => this.follow(event));
    const lastIn = new Map<string, string>();
    loadBalancer.on("request", ({ traceId, targetGroupArn, target }) => {
      if (targetGroupArn === undefined) return;
      if (target) lastIn.set(targetGroupArn, versionOf(target.label));
      // That a group has no target is the doing of the version that was in it last.
      const version = lastIn.get(targetGroupArn);
      if (version === undefined) return;
      this.served.set(traceId, version);
      // Nobody asks for most of the requests that are not the meter's.
      if (this.served.size > servedKept) this.served.delete(this.served.keys().next().value!);
    });
  }

  /** The version that production belongs to now. */
  get live(): string {
    return this.blue;
  }

  identify(traceId: string): string | undefined {
    const version = this.served.get(traceId);
    this.served.delete(traceId);
    return version;
  }

  isExpected(version: string, intendedMs: number, endedMs: number): boolean {
    let untilMs = Infinity;
    // From the newest on: a long run has many.
    for (let index = this.spans.length - 1; index >= 0 && intendedMs <= untilMs; index--) {
      const { fromMs, versions } = this.spans[index]!;
      if (fromMs <= endedMs && versions.includes(version)) return true;
      untilMs = fromMs;
    }
    return false;
  }

  private follow(event: TimelineEvent): void {
    const { source, type, elapsedMs, detail } = event;
    if (source === "ecs" && type === "task-set.created") this.green = String(detail.label);
    if (this.green === undefined) return;
    const { phase, effects = [] } = watchedStep(event) ?? {};
    // A rollback before the shift gives green no right to production.
    const shifting =
      effects.includes("shiftProduction") ||
      (effects.includes("goBack") && this.spans.at(-1)!.versions.includes(this.green));
    if (phase === "started" && shifting) this.add(elapsedMs, [this.blue, this.green]);
    if (phase === "succeeded" && effects.includes("shiftProduction")) this.add(elapsedMs, [this.green]);
    if (phase === "succeeded" && effects.includes("goBack")) this.add(elapsedMs, [this.blue]);
    if (deploymentEnd(event) === "released") this.blue = this.green;
  }

  private add(fromMs: number, versions: readonly string[]): void {
    this.spans.push({ fromMs, versions });
  }
}

/** `v2` of the task or target `v2-1`. */
export function versionOf(label: string): string {
  return label.replace(/-\d+$/, "");
}
