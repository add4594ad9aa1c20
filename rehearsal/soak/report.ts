import { align, count, describeTotals, milliseconds, totals } from "../traffic/report";
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
