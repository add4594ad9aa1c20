import type * as aws from "@pulumi/aws";
import { codePipeline } from "../../aws-rules";
import type { NamedAlarm } from "../deployment/alarms";

type BeforeEntry = aws.types.input.codepipeline.PipelineStageBeforeEntry;
export type EntryRule = aws.types.input.codepipeline.PipelineStageBeforeEntryConditionRule;

/** What the stages Build and Deploy ask before they let a run in. */
export interface EntryConditions {
  readonly build: { readonly beforeEntry?: BeforeEntry };
  readonly deploy: { readonly beforeEntry?: BeforeEntry };
}

/**
 * No release starts while one of these alarms fires: the deploy stage asks, and the build stage those for which its
 * condition has no room. `deployRules` are further rules of the deploy stage.
 */
export function entryConditions(
  alarms: readonly NamedAlarm[],
  deployRules: readonly EntryRule[] = [],
): EntryConditions {
  const rules = alarms.map(quietRule);
  const room = codePipeline.conditionRules.most - deployRules.length;
  return { build: beforeEntry(rules.slice(room)), deploy: beforeEntry([...deployRules, ...rules.slice(0, room)]) };
}

/** Passes at once unless the alarm fires, and fails if it still does a minute later. Source: CodePipeline user guide, rule-reference-CloudWatchAlarm. */
function quietRule({ label, name }: NamedAlarm): EntryRule {
  return {
    name: `${label}-quiet`,
    ruleTypeId: { category: "Rule", owner: "AWS", provider: "CloudWatchAlarm", version: "1" },
    configuration: { AlarmName: name, AlarmStates: "ALARM", WaitTime: "1" },
  };
}

function beforeEntry(rules: EntryRule[]): { readonly beforeEntry?: BeforeEntry } {
  return rules.length > 0 ? { beforeEntry: { condition: { result: "FAIL", rules } } } : {};
}
