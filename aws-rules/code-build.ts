import type { TextRule } from "./rule";

/** A command that a build runs, in one of its variables. */
export const command: TextRule = {
  source: "CodeBuild user guide, build-env-ref-env-vars",
  expected: "a command for bash",
  pattern: /^[^\0]*[^\s\0][^\0]*$/,
  least: 1,
  most: Infinity,
};

/** A folder or a pattern of files in a build. */
export const buildPath: TextRule = {
  source: "CodeBuild user guide, build-spec-ref; Linux, PATH_MAX",
  expected: "a path without control characters",
  pattern: /^[ -~\u00a1-\uffff]+$/,
  least: 1,
  most: 4096,
};
