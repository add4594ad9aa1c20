import { join } from "node:path";
import { Clock } from "../../../rehearsal/clock";
import { type BuildRequest, type BuildResult, runBuild } from "../../../rehearsal/codebuild/run-build";
import { Timeline, type TimelineEvent } from "../../../rehearsal/events";

/** Runs a build between the folders `source`, `bin` and `work` of `directory`. */
export function runBuildIn(
  directory: string,
  buildspec: string,
  onEvent: (event: TimelineEvent) => void,
  change: Partial<BuildRequest> = {},
): Promise<BuildResult> {
  const clock = new Clock(60);
  const timeline = new Timeline(clock);
  timeline.on(onEvent);
  return runBuild({
    buildspec,
    sourceDirectory: join(directory, "source"),
    environment: {},
    pathPrefix: join(directory, "bin"),
    workDirectory: join(directory, "work"),
    timeoutMinutes: 60,
    clock,
    timeline,
    processes: { add: () => undefined, remove: () => undefined },
    signal: new AbortController().signal,
    ...change,
  });
}
