/** One step of a run, as the engine's event log tells it. */
export interface Step {
  readonly op: string;
  readonly type: string;
  readonly name: string;
  /** Names of the properties that differ. */
  readonly diffs: readonly string[];
}

interface Metadata {
  readonly op: string;
  readonly urn: string;
  readonly type: string;
  readonly diffs?: readonly string[] | null;
}

interface EngineEvent {
  readonly resourcePreEvent?: { readonly metadata: Metadata };
  readonly resOutputsEvent?: { readonly metadata: Metadata };
  readonly summaryEvent?: { readonly resourceChanges?: Readonly<Record<string, number>> };
}

export interface Events {
  /** What the run did, or a preview would do, to each resource; what stays the same is left out. */
  readonly steps: readonly Step[];
  /** Resources by what became of them, `create` and `same` say. */
  readonly counts: Readonly<Record<string, number>>;
}

/** The log as it may be shown: what is meant for `--debug` alone is left out, since Pulumi's SDK writes secrets there. */
export function withoutDebug(text: string): string {
  return text
    .split("\n")
    .filter((line) => !line.includes('"severity":"debug"'))
    .join("\n");
}

/** Reads the log that `--event-log` wrote: one event of JSON a line. */
export function readEventLog(text: string): Events {
  const events = text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as EngineEvent);
  const begun = events.flatMap(({ resourcePreEvent }) => (resourcePreEvent ? [resourcePreEvent.metadata] : []));
  const steps = begun
    .filter(({ op, type }) => op !== "same" && op !== "read" && !type.startsWith("pulumi:"))
    .map(({ op, type, urn, diffs }) => ({ op, type, name: urn.split("::").slice(3).join("::"), diffs: diffs ?? [] }));
  return { steps, counts: events.find(({ summaryEvent }) => summaryEvent)?.summaryEvent?.resourceChanges ?? {} };
}
