import type { Histogram } from "hdr-histogram-js";
import type { Answer } from "../traffic/meter";
import type { Latency } from "../traffic/report";
import { latencyOf, newHistogram } from "../traffic/tally";

/** Parts the latencies of small requests that met a release from those that did not. Times are `clock.elapsedMs`. */
export class Phases {
  private readonly releases: { readonly fromMs: number; untilMs: number }[] = [];
  private readonly met = newHistogram();
  private readonly quiet = newHistogram();

  /** @param isSmall whether requests of this class of the mix are answered as soon as can be */
  constructor(private readonly isSmall: (classIndex: number) => boolean) {}

  begin(nowMs: number): void {
    this.releases.push({ fromMs: nowMs, untilMs: Infinity });
  }

  end(nowMs: number): void {
    this.releases.at(-1)!.untilMs = nowMs;
  }

  readonly record = ({ classIndex, intendedMs, endedMs, latencyMs }: Answer): void => {
    if (!this.isSmall(classIndex)) return;
    const release = this.releases.findLast(({ fromMs }) => fromMs <= endedMs);
    const met = release !== undefined && intendedMs <= release.untilMs;
    (met ? this.met : this.quiet).recordValue(Math.max(1, Math.round(latencyMs * 1000)));
  };

  /** All of them together. */
  static report(all: readonly Phases[]): { readonly during: PhaseReport; readonly otherwise: PhaseReport } {
    const sum = new Phases(() => true);
    for (const { met, quiet } of all) {
      sum.met.add(met);
      sum.quiet.add(quiet);
    }
    return { during: reportOf(sum.met), otherwise: reportOf(sum.quiet) };
  }
}

export interface PhaseReport extends Latency {
  readonly requests: number;
}

function reportOf(microseconds: Histogram): PhaseReport {
  return { requests: microseconds.totalCount, ...latencyOf(microseconds) };
}
