import type * as aws from "@pulumi/aws";
import { cronMistake, isTimeZone } from "../cron";
import type { Problem } from "../problems";

/** When deployments may start. A run that comes at another time waits before its Deploy stage. */
export interface DeploymentWindowArgs {
  /**
   * Moments of the window: seconds (`*`), minutes, hours, day of month, month, day of week and, if wanted, year:
   * `* * 9-16 ? * MON-THU *`.
   */
  readonly cron: string;
  /** A name of the IANA time zone database: `Europe/Berlin`. @default "UTC" */
  readonly timeZone?: string;
}

type EntryRule = aws.types.input.codepipeline.PipelineStageBeforeEntryConditionRule;

/** The rule that holds a run before a stage until the window opens. Source: CodePipeline user guide, rule-reference-DeploymentWindow. */
export function windowRules(window: DeploymentWindowArgs | undefined): EntryRule[] {
  if (!window) return [];
  return [
    {
      name: "Window",
      ruleTypeId: { category: "Rule", owner: "AWS", provider: "DeploymentWindow", version: "1" },
      configuration: { Cron: window.cron, TimeZone: window.timeZone ?? "UTC" },
    },
  ];
}

/** Region/City, UTC, or an abbreviation. Source: the same page, which knows no offset alone and no third part. */
const readTimeZones = /^([A-Za-z]+\/[A-Za-z]+(_[A-Za-z]+)*|[A-Z]{3,5})$/;

export function windowProblems({ deploymentWindow }: { readonly deploymentWindow?: DeploymentWindowArgs }): Problem[] {
  if (!deploymentWindow) return [];
  const { cron, timeZone = "UTC" } = deploymentWindow;
  if (!isTimeZone(timeZone) || !readTimeZones.test(timeZone)) {
    const message = `"${timeZone}" is not a time zone that CodePipeline reads; expected one like Europe/Berlin.`;
    return [{ path: "deploymentWindow.timeZone", message }, ...cronProblems(cron)];
  }
  return cronProblems(cron);
}

function cronProblems(cron: string): Problem[] {
  const path = "deploymentWindow.cron";
  const example = "expected one like * * 9-16 ? * MON-THU *";
  const parts = cron.trim().split(/\s+/);
  if (parts.length < 6 || parts.length > 7) {
    return [{ path, message: `"${cron}" has ${parts.length} fields; ${example}.` }];
  }
  if (parts[0] !== "*") return [{ path, message: `"${cron}" begins with seconds, which are always *; ${example}.` }];
  // AWS's pages count months from 0 and from 1, and days from Sunday, unlike others.
  if (/\d/.test(parts[4]!) || /(?<!#)\d/.test(parts[5]!)) {
    return [{ path, message: `"${cron}" has a month or a day of the week by number; write JAN, MON; ${example}.` }];
  }
  const mistake = cronMistake(cron);
  return mistake === undefined ? [] : [{ path, message: `"${cron}" ${mistake}; ${example}.` }];
}
