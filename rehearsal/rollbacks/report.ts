import type { RollbackTime } from "./measure";

/** The value below or at which so many percent of them are: nearest rank. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? 0;
}

const parts = { detection: "detectionMs", decision: "decisionMs", shift: "shiftMs", "in all": "totalMs" } as const;

/** p50 and p99 of each part, in seconds of AWS time, and half of the shares of wrong answers: a line a group that has any. */
export function rollbackTable(title: string, groups: readonly (readonly [string, readonly RollbackTime[]])[]): string {
  const names = Object.keys(parts).map((part) => `${part} p50 / p99`);
  const head = [title, "rollbacks", ...names, "wrong answers p50"];
  const lines = groups
    .filter(([, times]) => times.length > 0)
    .map(([name, times]) => [
      name,
      String(times.length),
      ...Object.values(parts).map((part) => {
        const values = times.map((time) => time[part]);
        return `${seconds(percentile(values, 50))} / ${seconds(percentile(values, 99))}`;
      }),
      `${percentile(
        times.map(({ wrongPercent }) => wrongPercent),
        50,
      ).toFixed(0)} %`,
    ]);
  return [head, head.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(0)} s`;
}
