import type { RollbackTime } from "./measure";

/** The value below or at which so many percent of them are: nearest rank. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? 0;
}

const parts = ["detectionMs", "decisionMs", "shiftMs", "totalMs"] as const;

/** p50 and p99 of each part, in seconds of AWS time, a line a fault and one for all. */
export function rollbackTable(times: readonly RollbackTime[]): string {
  const names = [...new Set(times.map(({ fault }) => fault))];
  const head = ["", "faults", ...["detection", "decision", "shift", "in all"].map((part) => `${part} p50 / p99`)];
  const line = (name: string, some: readonly RollbackTime[]) => [
    name,
    String(some.length),
    ...parts.map((part) => {
      const values = some.map((time) => time[part]);
      return `${seconds(percentile(values, 50))} / ${seconds(percentile(values, 99))}`;
    }),
  ];
  const lines = names.map((name) =>
    line(
      name,
      times.filter(({ fault }) => fault === name),
    ),
  );
  return [head, head.map(() => "---"), ...lines, line("all", times)]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(0)} s`;
}
