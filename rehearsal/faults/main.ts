import { join } from "node:path";
import { runCommand } from "../run-command";
import { sideBySide } from "../side-by-side";
import { perform, type RowResult } from "./judge";
import { type FaultsOptions, parseFaultsOptions } from "./options";
import { markdownTable, resultTable } from "./print";
import { faults } from "./table";

/** Runs the rows, two at a time, and prints what came of each. */
async function main({ rows, markdown }: FaultsOptions): Promise<number> {
  if (markdown) {
    process.stdout.write(`${markdownTable(faults)}\n`);
    return 0;
  }
  process.chdir(join(__dirname, "../.."));
  const results = new Map<string, RowResult>();
  await sideBySide([1, 2], rows, async (row) => {
    const result = await perform(row);
    results.set(row.name, result);
    tell(result);
  });
  const inOrder = rows.map(({ name }) => results.get(name)!);
  const failed = inOrder.filter(({ problems }) => problems.length > 0).length;
  process.stdout.write(`\n${resultTable(inOrder)}\n\n${rows.length - failed} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
}

function tell({ row, problems }: RowResult): void {
  process.stdout.write(`${problems.length === 0 ? "ok    " : "FAILED"} ${row.name}\n`);
  for (const problem of problems) process.stdout.write(`         ${problem}\n`);
}

runCommand(() => main(parseFaultsOptions(process.argv.slice(2))));
