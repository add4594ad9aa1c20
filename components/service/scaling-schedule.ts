import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { cronMistake, isTimeZone } from "../cron";
import type { Problem } from "../problems";
import { ecs } from "../../aws-rules";
import { rangeProblems } from "../rule-problems";

/** From some moments on the service has other limits; 0 and 0 puts it to sleep. */
export interface Schedule {
  /** What it is for, in lower-case letters, digits and hyphens: `night`. */
  readonly name: string;
  /**
   * Minutes, hours, day of month, month, day of week and year, one of the two days being `?`: `0 20 ? * MON-FRI *`.
   * Source: Application Auto Scaling user guide, scheduled-scaling-using-cron-expressions.
   */
  readonly cron: string;
  /** A name of the IANA time zone database: `Europe/Berlin`. @default "UTC" */
  readonly timeZone?: string;
  /** Fewest tasks from then on; 0 or more. */
  readonly minimum: number;
  /** Most tasks from then on. */
  readonly maximum: number;
}

export function scheduleProblems(path: string, schedules: readonly Schedule[]): Problem[] {
  const problems = schedules.flatMap((schedule, index) => oneProblems(`${path}[${index}]`, schedule));
  const names = schedules.map(({ name }) => name);
  const twice = names.findIndex((name, index) => names.indexOf(name) !== index);
  if (twice >= 0) problems.push({ path: `${path}[${twice}].name`, message: `"${names[twice]}" is listed twice.` });
  return problems;
}

function oneProblems(path: string, { name, cron, timeZone = "UTC", minimum, maximum }: Schedule): Problem[] {
  const counts = { minimum: ecs.scheduledTaskCount, maximum: ecs.scheduledTaskCount };
  const problems = rangeProblems(path, { minimum, maximum }, counts);
  const wrong = (field: string, message: string) => problems.push({ path: `${path}.${field}`, message });
  if (!/^[a-z][a-z0-9-]*$/.test(name)) wrong("name", `"${name}" is no name; expected one like night.`);
  const fields = cron.trim().split(/\s+/);
  const example = "expected one like 0 20 ? * MON-FRI *";
  if (fields.length !== 6) wrong("cron", `"${cron}" has ${fields.length} fields; ${example}.`);
  else if ((fields[2] === "?") === (fields[4] === "?"))
    wrong("cron", `"${cron}" must have ? for one of the two kinds of days; ${example}.`);
  // Days of the week are counted from Sunday here and from Monday elsewhere.
  else if (/(?<!#)\d/.test(fields[4]!)) wrong("cron", `"${cron}" has a day of the week by number; ${example}.`);
  else {
    const mistake = cronMistake(`0 ${cron}`);
    if (mistake !== undefined) wrong("cron", `"${cron}" ${mistake}; ${example}.`);
  }
  if (!isTimeZone(timeZone)) wrong("timeZone", `"${timeZone}" is not a time zone; expected a name like Europe/Berlin.`);
  if (minimum > maximum) wrong("minimum", `is ${minimum}, above the maximum of ${maximum}.`);
  return problems;
}

type ScalableTarget = Pick<
  aws.appautoscaling.ScheduledActionArgs,
  "serviceNamespace" | "scalableDimension" | "resourceId"
>;

export function scheduledAction(
  name: string,
  { name: label, cron, timeZone = "UTC", minimum, maximum }: Schedule,
  target: ScalableTarget,
  opts: pulumi.CustomResourceOptions,
): void {
  new aws.appautoscaling.ScheduledAction(
    `${name}-${label}`,
    {
      ...target,
      schedule: `cron(${cron})`,
      timezone: timeZone,
      scalableTargetAction: { minCapacity: minimum, maxCapacity: maximum },
    },
    opts,
  );
}
