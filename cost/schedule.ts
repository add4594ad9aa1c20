import { Cron } from "croner";
import type { GraphResource, Recorder } from "../rehearsal/graph/recorder";

interface Change {
  readonly at: number;
  readonly tasks: number;
}

/** Four weeks from a Monday; schedules by the day of the month are taken as they fall in these. */
const from = Date.UTC(2026, 0, 5);
const to = Date.UTC(2026, 1, 2);

/** Tasks of a service, averaged over the weeks: its count, or the fewest that autoscaling keeps at each hour. */
export function averageTasks(recorder: Recorder, service: GraphResource): number {
  const resourceId = `/${String(service.outputs.name)}`;
  const ofService = ({ inputs }: GraphResource) => String(inputs.resourceId).endsWith(resourceId);
  const target = recorder.all("aws:appautoscaling/target:Target").find(ofService);
  if (!target) return Number(service.inputs.desiredCount);
  const actions = recorder.all("aws:appautoscaling/scheduledAction:ScheduledAction").filter(ofService);
  const changes = actions.flatMap(changesOf).sort((one, other) => one.at - other.at);
  return average(changes, Number(target.inputs.minCapacity));
}

/** What holds before the weeks' first change is what their last one leaves. */
function average(changes: readonly Change[], otherwise: number): number {
  const marks = [{ at: from, tasks: changes.at(-1)?.tasks ?? otherwise }, ...changes];
  const taskMs = marks.reduce((sum, { at, tasks }, index) => sum + tasks * ((marks[index + 1]?.at ?? to) - at), 0);
  return taskMs / (to - from);
}

function changesOf({ inputs }: GraphResource): Change[] {
  const { minCapacity } = inputs.scalableTargetAction as { minCapacity: number };
  const fields = /^cron\((.*)\)$/.exec(String(inputs.schedule))![1]!.split(/\s+/);
  // Without seconds and with a year there; ? is * here, where the other kind of day alone counts.
  const cron = new Cron(["0", ...fields.slice(0, 5)].join(" ").replaceAll("?", "*"), {
    timezone: String(inputs.timezone),
    paused: true,
  });
  const changes: Change[] = [];
  for (let next = cron.nextRun(new Date(from - 1)); next && next.getTime() < to; next = cron.nextRun(next))
    changes.push({ at: next.getTime(), tasks: minCapacity });
  return changes;
}
