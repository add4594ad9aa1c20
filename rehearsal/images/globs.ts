import ignore from "ignore";

/** Tells whether a path, relative and with `/`, matches `pattern` whole: `*` and `?` stay within a name, `**` does not. */
export function globMatcher(pattern: string): (path: string) => boolean {
  const rule = ignore({ ignorecase: false }).add(`/${pattern}`);
  const isRecursive = pattern.includes("**");
  // A rule holds for all that lies below a match too, which is deeper than the pattern.
  return (path) => (isRecursive || depthOf(path) === depthOf(pattern)) && rule.ignores(path);
}

export function isGlob(pattern: string): boolean {
  return /[*?[]/.test(pattern);
}

/**
 * Reads a `.dockerignore`. Patterns are relative to the context's root, and the last one that matches a path, or a
 * directory above it, decides: unlike Git, `!` brings back a file of an excluded directory.
 * Source: docs.docker.com/build/concepts/context, "Syntax" and "Negating matches".
 */
export function readDockerignore(text: string): { excludes(path: string): boolean; readonly hasExceptions: boolean } {
  const rules = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const isException = line.startsWith("!");
      const pattern = line.slice(isException ? 1 : 0).replace(/^(\.?\/)+|\/+$/g, "");
      return { isException, pattern, rule: ignore({ ignorecase: false }).add(`/${pattern}`) };
    })
    .filter(({ pattern }) => pattern !== "" && pattern !== ".");
  return {
    excludes: (path) => rules.findLast(({ rule }) => rule.ignores(path))?.isException === false,
    hasExceptions: rules.some(({ isException }) => isException),
  };
}

function depthOf(path: string): number {
  return path.split("/").length;
}
