import type { ExecutionResult } from "../codepipeline/pipeline";
import type { ExecutionMode } from "../codepipeline/stage-gate";

/** A push, and how its run ended. */
export interface Pushed {
  /** What the version answers. */
  readonly version: string;
  readonly result: Pick<ExecutionResult, "status" | "reason">;
}

/**
 * What is wrong with how the runs of a round's pushes ended.
 *
 * @param pushed in the order of the pushes
 * @param ended the versions of those runs that were not superseded, in the order of their ends
 * @param stopped what a person gave as the reason who stopped a deployment, as at most one did
 */
export function runProblems(
  mode: ExecutionMode,
  pushed: readonly Pushed[],
  ended: readonly string[],
  stopped: string,
): string[] {
  const is = (status: ExecutionResult["status"]) => pushed.filter(({ result }) => result.status === status);
  const newest = pushed.at(-1);
  const superseded = mode === "QUEUED" ? is("Superseded") : is("Superseded").filter((one) => one === newest);
  const undone = [...is("Failed"), ...is("Stopped")];
  const inOrder = pushed.filter(({ result }) => result.status !== "Superseded").map(({ version }) => version);
  return [
    ...superseded.map(({ version }) => `${version} was superseded, in mode ${mode}, by nothing newer`),
    ...undone
      .filter(({ result }) => !result.reason?.includes(stopped))
      .map(({ version, result }) => `${version} ${result.status}: ${result.reason}`),
    ...(undone.length > 1 ? [`one stop undid ${undone.length} releases`] : []),
    ...(ended.join() === inOrder.join() ? [] : [`pushed were ${inOrder.join(", ")}, and released ${ended.join(", ")}`]),
  ];
}

/** The last version that was released, if any was. */
export function lastReleased(pushed: readonly Pushed[]): string | undefined {
  return pushed.findLast(({ result }) => result.status === "Succeeded")?.version;
}
