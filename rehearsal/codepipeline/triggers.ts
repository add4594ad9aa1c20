import type { Patterns, Pipeline, PushFilter } from "../graph/resources";
import { globMatcher } from "../images/globs";
import type { Push } from "../source/local-repository";

type Watching = Pick<Pipeline, "stages" | "triggers">;

/** A push's further files are not looked at. Source: CodePipeline user guide, troubleshooting. */
const mostFiles = 100;

/** Whether a push starts the pipeline. Source: CodePipeline user guide, pipelines-filter. */
export function startsOn(pipeline: Watching, push: Pick<Push, "branch" | "changedFiles">): boolean {
  const { BranchName, DetectChanges } = commitSource(pipeline);
  if (BranchName === push.branch && DetectChanges !== "false") return true;
  return filtersOf(pipeline).some((filter) => passes(filter, push));
}

/** A branch to push to, such that the pipeline may start: its source's own, or one that its triggers take instead. */
export function watchedBranch(pipeline: Watching): string {
  const { BranchName: own = "main" } = commitSource(pipeline);
  const filters = filtersOf(pipeline);
  const named = filters.flatMap(({ branches }) => branches?.includes ?? []).flatMap(alternatives);
  const examples = named.map((pattern) => pattern.replaceAll(/\*+|\?/g, "1"));
  const isTaken = (branch: string) => filters.some(({ branches }) => !branches || matches(branches, branch));
  return [own, ...examples, "rehearsal"].find(isTaken) ?? own;
}

function commitSource({ stages }: Watching): Readonly<Record<string, string>> {
  const actions = stages.flatMap(({ actions }) => actions);
  return actions.find(({ provider }) => provider === "CodeStarSourceConnection")?.configuration ?? {};
}

function filtersOf({ triggers = [] }: Watching): readonly PushFilter[] {
  return triggers.flatMap(({ gitConfiguration }) => gitConfiguration.pushes ?? []);
}

function passes({ branches, filePaths }: PushFilter, push: Pick<Push, "branch" | "changedFiles">): boolean {
  if (branches && !matches(branches, push.branch)) return false;
  if (!filePaths) return true;
  // A new branch starts nothing by its files. Source: the same page.
  return push.changedFiles?.slice(0, mostFiles).some((file) => matches(filePaths, file)) ?? false;
}

function matches({ includes = [], excludes = [] }: Patterns, path: string): boolean {
  const isIn = (patterns: readonly string[]) =>
    patterns.flatMap(alternatives).some((pattern) => globMatcher(pattern)(path));
  return (includes.length === 0 || isIn(includes)) && !isIn(excludes);
}

/** `*.{js,ts}` as two patterns; such groups are not nested. Source: CodePipeline user guide, syntax-glob. */
function alternatives(pattern: string): string[] {
  const [, before = "", group, after = ""] = /^(.*?)\{([^}]*)\}(.*)$/.exec(pattern) ?? [];
  if (group === undefined) return [pattern];
  return group.split(",").flatMap((one) => alternatives(`${before}${one}${after}`));
}
