/** npm's own variables, among others. */
type Environment = Readonly<Record<string, string | undefined>>;

/** The options of a command. */
type Specification = Readonly<Record<string, { readonly type: "string" | "boolean" }>>;

/** Also options of npm's own, which a person may have set for good. */
const npmsOwn = new Set(["json", "help"]);

/**
 * npm keeps options that stand before `--` for itself: it passes on their values as bare words, and the names in its
 * variables. Returns the command that was meant; undefined if npm kept nothing.
 *
 * Source: npm docs, "config" (Environment Variables) and "npm run-script" ("the special option --").
 */
export function meantCommand(
  argv: readonly string[],
  specification: Specification,
  environment: Environment,
): string | undefined {
  const { npm_lifecycle_event: script } = environment;
  if (script === undefined) return undefined;
  const words = [...argv];
  const kept = Object.entries(specification).flatMap(([name, { type }]) => {
    const value = environment[`npm_config_${name.replaceAll("-", "_")}`];
    if (value === undefined || npmsOwn.has(name)) return [];
    if (type === "boolean") return [`--${name}`];
    return [`--${name} ${value === "true" ? (words.shift() ?? "VALUE") : value}`];
  });
  const hasOptions = words.some((word) => word.startsWith("-"));
  if (kept.length === 0 && (hasOptions || words.length === 0)) return undefined;
  // npm reads --app as -a -p -p, and passes on nothing of it.
  const first = specification.app && words[0] && !hasOptions ? ["--app"] : [];
  const command = script === "start" ? "npm start" : `npm run ${script}`;
  return [command, "--", ...kept, ...first, ...words].join(" ");
}
