/** One command as the table at the end of a run shows it. */
export interface Measured {
  readonly command: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly seconds: number;
}

/** Every command of this process, in order. */
export const measured: Measured[] = [];

/** The commands as a table: what became of how many resources, and how long it took; empty without any. */
export function measuredTable(): string {
  if (measured.length === 0) return "";
  const columns = ["create", "update", "replace", "delete", "same", "other"] as const;
  const widest = Math.max(7, ...measured.map(({ command }) => command.length));
  const header = [`${"command".padEnd(widest)}`, ...columns.map((name) => name.padStart(7)), "seconds"].join("  ");
  const rows = measured.map(({ command, counts, seconds }) => {
    const { create = 0, update = 0, replace = 0, delete: deleted = 0, same = 0 } = counts;
    const known = [create, update, replace, deleted, same];
    const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
    const numbers = [...known, all - known.reduce((sum, count) => sum + count, 0)];
    const cells = numbers.map((count) => (count === 0 ? "" : String(count)).padStart(7));
    return [command.padEnd(widest), ...cells, seconds.toFixed(1).padStart(7)].join("  ");
  });
  return `${[header, ...rows].join("\n")}\n`;
}
