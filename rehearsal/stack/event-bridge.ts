import type { Timeline, TimelineEvent } from "../events";
import type { Account } from "../graph/account";
import type { EventRule } from "../graph/resources";

/** What EventBridge is told of a pipeline's run. Source: CodePipeline user guide, detect-state-changes-cloudwatch-events. */
interface Event {
  readonly source: string;
  readonly "detail-type": string;
  readonly detail: Readonly<Record<string, string>>;
}

/**
 * Tells the program's functions of what they want to hear: runs of the pipeline that change their state.
 *
 * @param invoke gets a function's ARN
 */
export function connectEventBridge(
  timeline: Timeline,
  account: Account,
  invoke: (functionArn: string, event: Event) => void,
): () => void {
  const { name: pipeline } = account.pipeline;
  const rules = account.eventRules;
  return timeline.on((heard) => {
    const event = stateChange(heard, pipeline);
    for (const { targets, eventPattern } of event ? rules : []) {
      if (matches(JSON.parse(eventPattern ?? "null"), event)) for (const arn of functions(targets)) invoke(arn, event!);
    }
  });
}

function stateChange({ source, type, detail }: TimelineEvent, pipeline: string): Event | undefined {
  const [, state] = /^execution\.(.+)$/.exec(type) ?? [];
  if (source !== "codepipeline" || state === undefined) return undefined;
  return {
    source: "aws.codepipeline",
    "detail-type": "CodePipeline Pipeline Execution State Change",
    detail: { pipeline, "execution-id": String(detail.executionId), state: state.toUpperCase() },
  };
}

function functions(targets: EventRule["targets"]): readonly string[] {
  return targets.filter((arn) => arn.includes(":function:"));
}

/** Each field that a pattern names holds one of the values that it lists. Source: EventBridge user guide, eb-event-patterns. */
function matches(pattern: unknown, event: unknown): boolean {
  if (Array.isArray(pattern)) return pattern.includes(event);
  if (typeof pattern !== "object" || pattern === null || typeof event !== "object" || event === null) return false;
  return Object.entries(pattern).every(([name, wanted]) => matches(wanted, (event as Record<string, unknown>)[name]));
}
