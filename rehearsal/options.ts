import { type Stats, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

/** What a person may set on the command line. */
export interface RehearsalOptions {
  /** Absolute path of the app to release. @default the stack's own setting */
  readonly appDirectory: string | undefined;
  /** The stack whose settings are rehearsed. @default dev */
  readonly stack: string;
  /** AWS seconds per real second. @default 60 */
  readonly scale: number;
  /** Stay after the release, and release each further push. @default false */
  readonly keep: boolean;
  /** Print events as JSON, one a line. @default false */
  readonly json: boolean;
  /** What should go wrong. @default nothing */
  readonly fail: Fault | undefined;
  /** Added to the port of every listener. @default 0 */
  readonly portOffset: number;
  /** Production requests per real second. @default 50 */
  readonly ratePerSecond: number;
  /** What a task is here: a process, or a container of the machine's Docker engine. @default process */
  readonly runtime?: Runtime;
}

const runtimes = ["process", "docker"] as const;

export type Runtime = (typeof runtimes)[number];

const faults = ["hook", "health"] as const;

/** `hook`: the test hook's checks fail on green. `health`: green never becomes healthy. */
export type Fault = (typeof faults)[number];

/** Everything that is wrong with the command line. */
export class UsageError extends Error {
  override readonly name = "UsageError";

  constructor(readonly mistakes: readonly string[]) {
    const count = mistakes.length === 1 ? "A mistake" : `${mistakes.length} mistakes`;
    const list = mistakes.map((mistake) => `  ${mistake}`).join("\n");
    super(`${count} on the command line:\n${list}\n\`npm start -- --help\` tells all options.`);
  }
}

export const helpText = `Performs a whole blue/green release on localhost, as the stack's resource graph describes it.

Usage: npm start -- [options]

  --app DIR          app to release, a directory with a Dockerfile; it must listen on $PORT (default: the stack's own)
  --stack NAME       stack whose settings are rehearsed (default: dev)
  --scale N          AWS seconds per real second, 1 to 3600; 1 is real time (default: 60)
  --keep             stay after the release: every push to the printed git remote is released, until Ctrl-C
  --json             print events as JSON, one a line
  --fail FAULT       let something go wrong and see it rolled back: "hook" (the test of green fails) or "health" (green
                     never becomes healthy)
  --port-offset N    add N, 0 to 50000, to the port of every listener (default: 0); a port that is below 1024 then is
                     8000 higher, since it would take root
  --rate N           production requests per second during the release, 1 to 1000 (default: 50)
  --runtime RUNTIME  what a task is: "process" (default), or "docker": the Docker engine of this machine builds images,
                     pushes them to a registry on loopback, pulls and runs them
  --help             show this

Examples:
  npm start
  npm start -- --app ../my-app --keep
  npm start -- --fail hook --port-offset 1000

Exit status:
  0    every step of the release was observed, and no request was lost
  1    the release did not go as it should
  2    wrong usage, or it could not start
  130  interrupted
`;

const specification = {
  app: { type: "string" },
  stack: { type: "string" },
  scale: { type: "string" },
  keep: { type: "boolean" },
  json: { type: "boolean" },
  fail: { type: "string" },
  "port-offset": { type: "string" },
  rate: { type: "string" },
  runtime: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

/**
 * Reads the command line.
 *
 * @param argv the arguments after the program's name
 * @param directory where a relative `--app` starts; by default where npm was called, which npm tells in INIT_CWD
 * @throws UsageError that names every mistake
 */
export function parseOptions(
  argv: readonly string[],
  directory = process.env.INIT_CWD ?? process.cwd(),
): RehearsalOptions | { readonly help: string } {
  const { given, mistakes } = readArguments(argv);
  if (given.has("help")) return { help: helpText };

  const wrong = (name: string, expected: string): void => {
    mistakes.push(`--${name}: expected ${expected}, got ${JSON.stringify(given.get(name))}`);
  };
  const number = (name: string, range: Range): number => {
    const text = given.get(name) ?? String(range.fallback);
    if (!isWithin(text, range))
      wrong(name, `a ${range.whole ? "whole " : ""}number from ${range.least} to ${range.most}`);
    return Number(text);
  };

  const stack = given.get("stack") ?? "dev";
  // Source: Pulumi, "Stacks": alphanumeric characters, hyphens, underscores and periods.
  if (!/^[\w.-]{1,100}$/.test(stack)) wrong("stack", "letters, digits, hyphens, underscores and periods");
  const fail = given.get("fail");
  if (fail !== undefined && !isFault(fail)) wrong("fail", faults.map((fault) => JSON.stringify(fault)).join(" or "));
  const runtime = given.get("runtime") ?? "process";
  if (!isRuntime(runtime)) wrong("runtime", runtimes.map((one) => JSON.stringify(one)).join(" or "));
  const app = given.get("app");
  const appDirectory = app === undefined ? undefined : resolve(directory, app);
  if (appDirectory !== undefined) {
    if (!stat(appDirectory)?.isDirectory()) wrong("app", "a directory");
    else if (!stat(join(appDirectory, "Dockerfile"))?.isFile()) wrong("app", "a directory with a Dockerfile in it");
  }

  const options = {
    appDirectory,
    stack,
    scale: number("scale", { least: 1, most: 3_600, fallback: 60, whole: false }),
    keep: given.has("keep"),
    json: given.has("json"),
    fail: fail as Fault | undefined,
    portOffset: number("port-offset", { least: 0, most: 50_000, fallback: 0, whole: true }),
    ratePerSecond: number("rate", { least: 1, most: 1_000, fallback: 50, whole: true }),
    runtime: runtime as Runtime,
  };
  if (mistakes.length > 0) throw new UsageError(mistakes);
  return options;
}

/** The options given, by name; what is not even an option is a mistake. */
function readArguments(argv: readonly string[]): { given: Map<string, string | undefined>; mistakes: string[] } {
  // Not strict, since that would end at the first mistake.
  const { tokens } = parseArgs({ args: [...argv], options: specification, strict: false, tokens: true });
  const given = new Map<string, string | undefined>();
  const mistakes: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") mistakes.push(`${token.value}: expected an option, which begins with --`);
    if (token.kind !== "option") continue;
    const { name, rawName, value } = token;
    if (!isOption(name)) mistakes.push(`${rawName}: there is no such option`);
    else if (given.has(name)) mistakes.push(`${rawName}: expected once, given again`);
    else if (specification[name].type === "string" && !value) mistakes.push(`${rawName}: expected a value after it`);
    else if (specification[name].type === "boolean" && value)
      mistakes.push(`${rawName}: expected no value, got ${value}`);
    given.set(name, value || undefined);
  }
  return { given, mistakes };
}

interface Range {
  readonly least: number;
  readonly most: number;
  readonly fallback: number;
  readonly whole: boolean;
}

function isWithin(text: string, { least, most, whole }: Range): boolean {
  const pattern = whole ? /^\d+$/ : /^\d+(\.\d+)?$/;
  return pattern.test(text) && Number(text) >= least && Number(text) <= most;
}

function isOption(name: string): name is keyof typeof specification {
  return Object.hasOwn(specification, name);
}

function isFault(text: string): text is Fault {
  return faults.includes(text as Fault);
}

function isRuntime(text: string): text is Runtime {
  return runtimes.includes(text as Runtime);
}

function stat(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}
