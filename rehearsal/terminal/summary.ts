import { describeTotals, type TrafficReport, totals, trafficTable } from "../traffic/report";
import { box } from "./box";
import { type LifecycleSpan, lifecycleChart } from "./lifecycle-chart";
import { awsTime } from "./lines";

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
  /** Length of the release. */
  readonly awsMs: number;
  readonly elapsedMs: number;
  readonly verdict: { readonly succeeded: boolean; readonly text: string };
}

/** The closing words of a rehearsal, as a box of plain text with a line end. */
export function summaryBox(summary: Summary): string {
  const { awsMs, elapsedMs, verdict } = summary;
  return box([
    observationTable(summary),
    lifecycleChart(summary.lifecycle),
    trafficLines(summary.traffic),
    [
      `The release took ${awsTime(awsMs)} of AWS time, ${(elapsedMs / 1000).toFixed(1)} s here.`,
      `${verdict.succeeded ? "✔" : "✖"} ${verdict.text}`,
    ],
  ]);
}

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

function trafficLines(traffic: TrafficReport): string[] {
  const { unsent } = totals(traffic);
  const answers = Object.entries(traffic.answeredBy).map(([version, count]) => `${count} by ${version}`);
  return [
    ...trafficTable(traffic),
    `${describeTotals(traffic)}.`,
    ...(answers.length > 0 ? [`Answered: ${answers.join(", ")}.`] : []),
    ...(unsent > 0 ? [`${unsent} more could not be sent by this machine, and tell nothing about the release.`] : []),
  ];
}
