import type { Fault } from "./fault";
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
  const lines = rows.map(({ name, fault, expected }) => {
    const { noticed, endState } = expected;
    return `| ${name} | ${fault} | ${noticed.by} | ${endState} | ${clientsOf(expected)} |`;
  });
  return ["| row | fault | noticed by | end state | clients |", "|---|---|---|---|---|", ...lines].join("\n");
}

function clientsOf({ losing, mayLose, endState }: Fault["expected"]): string {
  if (endState === "not created") return "–";
  if (losing === undefined && mayLose === undefined) return "nothing lost";
  return losing === undefined ? `at most what ${mayLose} failed` : `only what ${losing} failed`;
}
