import { box } from "../terminal/box";
import { align, count, describeTotals, milliseconds, type Totals, totals, zeroFailuresBound } from "../traffic/report";
import { type PhaseReport, Phases } from "./phases";
import type { SoakResult } from "./soak";

/** The meter's lateness from which on latencies tell of this machine rather than of a release. Our own figure. */
const lateMs = 100;
const chartWidth = 40;

/** The figures of all strategies and what they say, in a box. */
export function soakSummary(results: readonly SoakResult[]): string {
  const classes = results.flatMap(({ report }) => report.classes);
  const { during, otherwise } = Phases.report(results.map(({ phases }) => phases));
  const problems = results.flatMap(soakProblems);
  const ended = (what: "released" | "rolledBack") => results.reduce((sum, result) => sum + result[what], 0);
  return box([
    align([
      ["", "released", "rolled back", "requests", "lost", "unsent", "a second", "longest gap"],
      ...results.map(strategyRow),
    ]),
    latencyChart(during, otherwise),
    [`${describeTotals({ classes })}${confidence(totals({ classes }))}`, ...meterLines(results)],
    [
      ...problems.map((problem) => `✖ ${problem}`),
      ...(problems.length === 0
        ? [`✔ ${ended("released")} released, ${ended("rolledBack")} rolled back, nothing lost`]
        : []),
    ],
  ]);
}

function confidence({ ok, failed }: Totals): string {
  if (failed > 0 || ok === 0) return "";
  const percent = Number((zeroFailuresBound(ok) * 100).toPrecision(2));
  return `: at 95 % confidence fewer than ${percent} % would fail`;
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

/** Whether this machine had room to spare: if not, latencies say little. */
function meterLines(results: readonly SoakResult[]): string[] {
  const lateness = Math.max(...results.map(({ report }) => report.worstLatenessMs));
  return [
    `the meter itself was at most ${milliseconds(lateness)} late, which is counted in every latency`,
    ...(lateness > lateMs
      ? ["this machine was too busy for latencies that mean something: choose a quieter one, or a lower --rate"]
      : []),
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

/** Percentiles of small requests as bars, those that met a release above the others. */
function latencyChart(during: PhaseReport, otherwise: PhaseReport): string[] {
  const percentiles = { p50: "p50Ms", p99: "p99Ms", "p99.9": "p999Ms" } as const;
  const longestMs = Math.max(during.p999Ms, otherwise.p999Ms, 0.001);
  const row = (name: string, phase: string, ms: number) => [
    name.padEnd(5),
    phase.padEnd("during a release".length),
    milliseconds(ms).padStart(9),
    "█".repeat(Math.round((ms / longestMs) * chartWidth)) || "▏",
  ];
  const bars = Object.entries(percentiles).flatMap(([name, key]) => [
    row(name, "during a release", during[key]),
    row("", "otherwise", otherwise[key]),
  ]);
  const of = ({ requests, maxMs }: PhaseReport) => `${count(requests)} (at most ${milliseconds(maxMs)})`;
  return [
    `latency of small requests: ${of(during)} during a release, ${of(otherwise)} otherwise`,
    ...bars.map((cells) => cells.join("  ")),
  ];
}
