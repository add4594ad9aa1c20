import { type Expected, type Fault, rowsOf } from "./fault";
import type { Controller } from "./stage";
import type { RowResult } from "./judge";

/** The rows and what came of them, as a table of plain text. */
export function resultTable(results: readonly RowResult[]): string {
  const head = ["", "row", "fault", "noticed by", "end state", "clients"];
  const cells = results.map(({ row, noticedBy, endState, clients, problems }) => [
    problems.length === 0 ? "ok" : "FAILED",
    row.name,
    row.fault,
    noticedBy,
    endState,
    clients,
  ]);
  const table = [head, ...cells];
  const widths = head.map((_, column) => Math.max(...table.map((line) => line[column]!.length)));
  return table
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** The rows as docs/faults.md shows them. */
export function markdownTable(rows: readonly Fault[]): string {
  const lines = rows.map((row) => {
    const { name, fault, expected } = row;
    const on = rowsOf(row);
    const both = (of: (expected: Expected) => string) => [...new Set(on.map((one) => of(one.expected)))].join(" / ");
    const noticedBy = both(({ noticed }) => noticed.by);
    const controllers = on.map(({ controller }) => controllerNames[controller]).join(", ");
    return `| ${name} | ${fault} | ${controllers} | ${noticedBy} | ${both(({ endState }) => endState)} | ${clientsOf(expected)} |`;
  });
  return [
    "| row | fault | controllers | noticed by | end state | clients |",
    "|---|---|---|---|---|---|",
    ...lines,
  ].join("\n");
}

const controllerNames: Readonly<Record<Controller, string>> = { CODE_DEPLOY: "CodeDeploy", ECS: "ECS" };

function clientsOf({ losing, mayLose, endState }: Expected): string {
  if (endState === "not created") return "–";
  if (losing === undefined && mayLose === undefined) return "nothing lost";
  return losing === undefined ? `at most what ${mayLose} failed` : `only what ${losing} failed`;
}
