import { align, count, describeTotals, milliseconds, totals, type TrafficReport } from "../traffic/report";
import { type PhaseReport, Phases } from "./phases";
import type { SoakResult } from "./soak";

/** The figures of all strategies, a table each, and their sum in a sentence. */
export function soakReport(results: readonly SoakResult[]): string[] {
  const classes = results.flatMap(({ report }) => report.classes);
  const { during, otherwise } = Phases.report(results.map(({ phases }) => phases));
  const lateness = Math.max(...results.map(({ report }) => report.worstLatenessMs));
  return [
    ...align([
      ["", "released", "rolled back", "requests", "lost", "unsent", "a second", "longest gap"],
      ...results.map(strategyRow),
    ]),
    "",
    ...align([
      ["latency of small requests", "requests", "p50", "p99", "p99.9", "max"],
      phaseRow("during a release", during),
      phaseRow("otherwise", otherwise),
    ]),
    "",
    describeTotals({ classes }),
    `the meter itself was at most ${milliseconds(lateness)} late, which is counted in every latency`,
  ];
}

/** What makes a soak fail. */
export function soakProblems({ report, problems, strategy }: SoakResult): string[] {
  const { failed, unsent, underWay } = totals(report);
  return [
    ...(failed > 0 ? [`${strategy}: ${failed} requests were lost`] : []),
    ...(unsent > 0 ? [`${strategy}: ${unsent} requests could not be sent in time; choose a lower --rate`] : []),
    ...(underWay > 0 ? [`${strategy}: ${underWay} requests have no end`] : []),
    ...new Set(report.failures.map(({ class: name, kind, message }) => `${strategy}: ${name} ${kind}: ${message}`)),
    ...problems,
  ];
}

/** How much of the arrivals may be without an answer at any moment. Those that take their time on purpose are a hundredth of a second's. */
const mostBehindSeconds = 2;

/**
 * Why the figures say nothing of releases: answers come more slowly than requests are due, so that each waits for those
 * before it, and connections pile up until nothing goes.
 *
 * @param trafficMs for how long requests have been due
 */
export function fallenBehind(report: TrafficReport, trafficMs: number): string | undefined {
  const { ratePerSecond } = report;
  const { ok, failed, unsent } = totals(report);
  const behind = Math.round((ratePerSecond * trafficMs) / 1000) - ok - failed - unsent;
  if (behind <= mostBehindSeconds * ratePerSecond) return undefined;
  return `this machine does not keep up with ${count(ratePerSecond)} requests a second: ${count(behind)} that were due have no answer yet; choose a lower --rate`;
}

function strategyRow({ strategy, released, rolledBack, report }: SoakResult): string[] {
  const { sent, failed, unsent } = totals(report);
  const rate = sent / (report.durationMs / 1000);
  return [
    strategy,
    ...[released, rolledBack, sent, failed, unsent, Math.round(rate)].map(count),
    milliseconds(report.longestGapMs),
  ];
}

function phaseRow(name: string, { requests, p50Ms, p99Ms, p999Ms, maxMs }: PhaseReport): string[] {
  return [name, count(requests), ...[p50Ms, p99Ms, p999Ms, maxMs].map(milliseconds)];
}
