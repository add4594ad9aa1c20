import { CommandLine } from "../command-line";
import { type Row, rowsOf } from "./fault";
import type { Controller } from "./stage";
import { faults } from "./table";

export interface FaultsOptions {
  readonly rows: readonly Row[];
  /** Print the table of docs/faults.md, and perform nothing. */
  readonly markdown: boolean;
}

const controllers: readonly Controller[] = ["CODE_DEPLOY", "ECS"];

const usage = "Usage: npm run faults -- [--only NAME]… [--controller CODE_DEPLOY|ECS (default: both)] [--markdown]";

/** @throws UsageError that names every mistake */
export function parseFaultsOptions(argv: readonly string[]): FaultsOptions {
  const line = new CommandLine(argv, {
    only: { type: "string", multiple: true },
    controller: { type: "string" },
    markdown: { type: "boolean" },
  });
  const controller = line.choice("controller", controllers);
  // One that is not there is a mistake already.
  const isKnown = controller !== undefined && controllers.includes(controller);
  const all = faults.flatMap(rowsOf).filter((row) => !isKnown || row.controller === controller);
  const names = all.map(({ name }) => name);
  const only = line.texts("only");
  for (const name of only)
    if (!names.includes(name)) line.wrong("only", "a row of docs/faults.md, with -ecs behind it for ECS", name);
  line.refuseMistakes(usage);
  return { rows: all.filter(({ name }) => only.length === 0 || only.includes(name)), markdown: line.has("markdown") };
}
