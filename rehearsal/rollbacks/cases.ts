import { strategies } from "../faults/strategies";
import { answers500, answersLate, lateFaults, type LateFault, slowMs, takesNoConnections } from "./faults";

/** A stack whose releases are to go wrong. */
export interface RollbackCase {
  readonly name: string;
  /** What its versions do. */
  readonly faults: readonly LateFault[];
  readonly settings: Readonly<Record<string, string>>;
  /** From when on it takes a minute or two until green goes wrong. @default "shift", when it gets its first users */
  readonly since?: "firstTest" | "shift";
}

/** Every fault, by both controllers, in each way to shift traffic. */
export const ways: readonly RollbackCase[] = strategies.map((strategy) => ({ ...strategy, faults: lateFaults }));

const alarms = (setting: Readonly<Record<string, number>>) => ({
  "greenlight:alarms": JSON.stringify({ latencyP99Ms: slowMs, ...setting }),
});

/** So little traffic that errors are not judged: what is left is the alarm on unhealthy tasks. */
const littleTraffic = alarms({ minimumRequests: 1_000_000_000 });
const healthCheck = (intervalSeconds: number) => ({
  "greenlight:healthCheck": JSON.stringify({ intervalSeconds, timeoutSeconds: 2, unhealthyThreshold: 2 }),
});

/** Each setting that bounds a rollback at two values, with a fault that it matters to; CodeDeploy shifts all at once. */
export const settingValues: readonly RollbackCase[] = [
  { name: "`alarms`: 2 of 3 minutes", faults: [answers500], settings: {} },
  {
    name: "`alarms`: 1 of 1",
    faults: [answers500],
    settings: alarms({ evaluationPeriods: 1, datapointsToAlarm: 1 }),
  },
  {
    name: "`healthCheck`: 30 s × 2, little traffic",
    faults: [takesNoConnections],
    settings: { ...littleTraffic, ...healthCheck(30) },
  },
  {
    name: "`healthCheck`: 5 s × 2, little traffic",
    faults: [takesNoConnections],
    settings: { ...littleTraffic, ...healthCheck(5) },
  },
  { name: "`deregistrationDelaySeconds`: 30", faults: [answersLate], settings: {} },
  {
    name: "`deregistrationDelaySeconds`: 1",
    faults: [answersLate],
    settings: { "greenlight:deregistrationDelaySeconds": "1" },
  },
  { name: "`waitMinutes`: 0, wrong soon after its first test", faults: [answers500], settings: {}, since: "firstTest" },
  {
    name: "`waitMinutes`: 5, wrong soon after its first test",
    faults: [answers500],
    settings: { "greenlight:waitMinutes": "5" },
    since: "firstTest",
  },
];
