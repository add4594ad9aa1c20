import { describeTotals, type TrafficReport, totals, trafficTable } from "../traffic/report";
import { box } from "./box";
import { type LifecycleSpan, lifecycleChart } from "./lifecycle-chart";
import { awsTime } from "./lines";
import { pipeColumns, wrap } from "./wrap";

/** Which versions answered at one moment, for people: `v1`, `503`. */
export interface Observation {
  /** The moment: `before the release`, `after AllowTestTraffic`. */
  readonly when: string;
  readonly production: string;
  readonly test: string;
}

export interface Summary {
  readonly productionPort: number;
  readonly testPort: number;
  readonly observations: readonly Observation[];
  readonly lifecycle: readonly LifecycleSpan[];
  readonly traffic: TrafficReport;
  /** How long AWS would have waited in the release. */
  readonly awsMs: number;
  readonly elapsedMs: number;
  readonly verdict: { readonly succeeded: boolean; readonly text: string };
  /** What to do about a failure. @default nothing */
  readonly advice?: readonly string[];
}

/** The box has an edge and a space on both sides. */
const columns = pipeColumns - 4;

/** The closing words of a rehearsal, as a box of plain text with a line end. */
export function summaryBox(summary: Summary): string {
  const { awsMs, elapsedMs, verdict, advice = [] } = summary;
  return box([
    observationTable(summary),
    chart(summary),
    trafficLines(summary.traffic),
    [
      ...wrap(
        `AWS would have waited ${awsTime(awsMs)} in this release, besides build and start-up. ` +
          `It took ${(elapsedMs / 1000).toFixed(1)} s here.`,
        columns,
      ),
      ...wrap(`${verdict.succeeded ? "✔" : "✖"} ${verdict.text}`, columns, 2),
      ...advice.flatMap((text) => wrap(`  ${text}`, columns, 4)),
    ],
  ]);
}

const starvedShownMs = 1_000;

function observationTable({ observations, productionPort, testPort }: Summary): string[] {
  const head = { when: "", production: `production :${productionPort}`, test: `test :${testPort}` };
  const rows = [head, ...observations];
  const width = (cell: (row: Observation) => string): number => Math.max(...rows.map((row) => cell(row).length));
  const whenWidth = width((row) => row.when);
  const productionWidth = width((row) => row.production);
  return rows.map(({ when, production, test }) =>
    `${when.padEnd(whenWidth)}  ${production.padEnd(productionWidth)}  ${test}`.trimEnd(),
  );
}

function chart({ lifecycle }: Summary): string[] {
  const lines = lifecycleChart(lifecycle);
  return lines.length === 0
    ? []
    : ["Steps in AWS time. Start-up and other real work is not hurried, and seems long.", ...lines];
}

function trafficLines(traffic: TrafficReport): string[] {
  const { unsent, tooBusy } = totals(traffic);
  const { starvedMs = 0 } = traffic;
  const answers = Object.entries(traffic.answeredBy).map(([version, count]) => `${count} by ${version}`);
  return [
    ...trafficTable(traffic),
    `${describeTotals(traffic)}.`,
    ...(answers.length > 0 ? [`Answered: ${answers.join(", ")}.`] : []),
    ...(unsent > 0 ? [`${unsent} more could not be sent by this machine, and tell nothing about the release.`] : []),
    ...(tooBusy > 0 ? [`${tooBusy} more are not judged: this machine was too busy.`] : []),
    ...(starvedMs >= starvedShownMs
      ? [`This machine was too busy for ${Math.round(starvedMs / 1000)} s; requests were given as much longer.`]
      : []),
  ];
}
