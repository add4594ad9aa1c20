import { type Stats, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { CommandLine } from "./command-line";

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
  const line = new CommandLine(argv, specification);
  if (line.has("help")) return { help: helpText };

  const stack = line.text("stack") ?? "dev";
  // Source: Pulumi, "Stacks": alphanumeric characters, hyphens, underscores and periods.
  if (!/^[\w.-]{1,100}$/.test(stack)) line.wrong("stack", "letters, digits, hyphens, underscores and periods");
  const fail = line.choice("fail", faults);
  const runtime = line.choice("runtime", runtimes) ?? "process";
  const app = line.text("app");
  const appDirectory = app === undefined ? undefined : resolve(directory, app);
  if (appDirectory !== undefined) {
    if (!stat(appDirectory)?.isDirectory()) line.wrong("app", "a directory");
    else if (!stat(join(appDirectory, "Dockerfile"))?.isFile())
      line.wrong("app", "a directory with a Dockerfile in it");
  }

  const options = {
    appDirectory,
    stack,
    scale: line.number("scale", { least: 1, most: 3_600, fallback: 60 }),
    keep: line.has("keep"),
    json: line.has("json"),
    fail,
    portOffset: line.number("port-offset", { least: 0, most: 50_000, fallback: 0, whole: true }),
    ratePerSecond: line.number("rate", { least: 1, most: 1_000, fallback: 50, whole: true }),
    runtime,
  };
  line.refuseMistakes("`npm start -- --help` tells all options.");
  return options;
}

function stat(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}
