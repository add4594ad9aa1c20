import { type Stats, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { appVariables } from "./app-variables";
import { CommandLine } from "./command-line";
import type { NetworkChoice } from "./ecs/task-network";
import type { AllowedCall } from "./sandbox/relay";
import type { SandboxChoice } from "./sandbox/mode";

/** What a person may set on the command line. */
export interface RehearsalOptions extends AppOptions, SandboxOptions {
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

/** What an app needs that the stack's settings do not say. */
export interface AppOptions {
  /** Absolute path of the Dockerfile. @default the one in the app's folder */
  readonly dockerfile?: string;
  /** Variables of the app, beside the stack's and instead of those of the same name. @default none */
  readonly environment?: Readonly<Record<string, string>>;
  /** @default the stack's containerPort */
  readonly containerPort?: number;
  /** @default the stack's healthCheck.path */
  readonly healthPath?: string;
  /** Lines of each task's log that are shown. @default 10 */
  readonly appLogLines?: number;
}

/** How code of the app is kept from this machine. */
export interface SandboxOptions {
  /** @default namespaces where they can be had */
  readonly sandbox?: SandboxChoice;
  /** The app may run where nothing confines it. @default only the sample app may */
  readonly trustApp?: boolean;
  /** @default this machine's, until the app is seen to ignore PORT */
  readonly network?: NetworkChoice;
  /** What tasks may call from networks of their own. @default nothing */
  readonly allow?: readonly AllowedCall[];
}

const sandboxes = ["namespaces", "none"] as const;

const networks = ["machine", "own"] as const;

const runtimes = ["process", "docker"] as const;

export type Runtime = (typeof runtimes)[number];

const faults = ["hook", "health"] as const;

/** `hook`: the test hook's checks fail on green. `health`: green never becomes healthy. */
export type Fault = (typeof faults)[number];

export const helpText = `Releases your app blue/green on this machine, the way the stack's settings describe it. AWS is not called.

Usage: npm start -- [options]

Your app:
  --app DIR           the folder to release, with a Dockerfile in it (default: the stack's appDirectory)
  --dockerfile FILE   the Dockerfile to build, where it is not DIR/Dockerfile; DIR stays the build context
  --env NAME=VALUE    a variable of the app; repeat it for more. --env NAME takes the value from your shell
  --env-file FILE     variables of the app, one NAME=VALUE a line; may be repeated
  --port N            the port that the app listens on in its container (setting containerPort)
  --health-path PATH  the path that health checks ask for (setting healthCheck.path)
  --app-log LINES     lines of each task's log that are shown: a number, or "all" (default: 10)

The release:
  --stack NAME        the stack to rehearse: its settings are in Pulumi.NAME.yaml (default: dev)
  --fail FAULT        release a broken version and see it rolled back: "hook" (its test fails) or "health" (it never
                      becomes healthy)
  --keep              stay afterwards and release each push to the printed git remote, until Ctrl-C
  --rate N            production requests per second, 1 to 1000 (default: 50)
  --runtime RUNTIME   what runs a task: "process" (default), or "docker": the Docker engine of this machine

This machine:
  --scale N           how many times faster than AWS it waits, 1 to 3600 (default: 60, so a minute takes a second)
  --port-offset N     add N, 0 to 50000, to the port of every listener (default: 0). Ports below 1024 are 8000 higher
                      here, because they often need root
  --sandbox MODE      what confines the app: "namespaces" (default where they can be had), or "none"
  --network NETWORK   "machine": tasks share this machine's network, each with a free PORT; "own": each has one of its
                      own and reaches nothing outside (default: machine, and own for an app that ignores PORT)
  --allow HOST:PORT   what tasks in networks of their own may call; repeat it for more
  --trust-app         run your app even where nothing confines it
  --json              print events as JSON, one a line
  --help              show this

Examples:
  npm start
  npm start -- --app ../my-app --health-path /healthz --env DATABASE_URL
  npm start -- --app ../my-app --keep
  npm start -- --fail hook --port-offset 1000

Exit status:
  0    every step of the release was observed, and no request was lost
  1    the release did not go as it should, or something could not be removed at the end
  2    wrong usage, or it could not start
  130  interrupted
`;

const specification = {
  app: { type: "string" },
  dockerfile: { type: "string" },
  env: { type: "string", multiple: true },
  "env-file": { type: "string", multiple: true },
  port: { type: "string" },
  "health-path": { type: "string" },
  "app-log": { type: "string" },
  stack: { type: "string" },
  scale: { type: "string" },
  keep: { type: "boolean" },
  json: { type: "boolean" },
  fail: { type: "string" },
  "port-offset": { type: "string" },
  rate: { type: "string" },
  runtime: { type: "string" },
  sandbox: { type: "string" },
  network: { type: "string" },
  allow: { type: "string", multiple: true },
  "trust-app": { type: "boolean" },
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

  const options = {
    ...appOptions(line, directory),
    stack,
    scale: line.number("scale", { least: 1, most: 3_600, fallback: 60 }),
    keep: line.has("keep"),
    json: line.has("json"),
    fail,
    portOffset: line.number("port-offset", { least: 0, most: 50_000, fallback: 0, whole: true }),
    ratePerSecond: line.number("rate", { least: 1, most: 1_000, fallback: 50, whole: true }),
    runtime,
    ...sandboxOptions(line),
  };
  line.refuseMistakes("`npm start -- --help` lists all options.");
  return options;
}

const portRange = { least: 1, most: 65_535, fallback: 0, whole: true };

function appOptions(line: CommandLine, directory: string): AppOptions & Pick<RehearsalOptions, "appDirectory"> {
  const path = (name: string) => (line.has(name) ? resolve(directory, line.text(name) ?? "") : undefined);
  const [appDirectory, dockerfile] = [path("app"), path("dockerfile")];
  if (dockerfile !== undefined && !stat(dockerfile)?.isFile()) line.wrong("dockerfile", "a file");
  if (appDirectory !== undefined) {
    if (!stat(appDirectory)?.isDirectory()) line.wrong("app", "a directory");
    else if (dockerfile === undefined && !stat(join(appDirectory, "Dockerfile"))?.isFile())
      line.wrong("app", "a directory with a Dockerfile in it");
  }
  const environment = appVariables(line, directory);
  const healthPath = line.text("health-path");
  // Source: ELB API reference, TargetGroup.HealthCheckPath.
  if (healthPath !== undefined && !/^\/[!-~]{0,1023}$/.test(healthPath))
    line.wrong("health-path", "a path that begins with /, without spaces");
  const isAll = line.text("app-log") === "all";
  const lines = { least: 0, most: 1_000_000, fallback: 10, whole: true };
  return {
    appDirectory,
    ...(dockerfile === undefined ? {} : { dockerfile }),
    ...(Object.keys(environment).length > 0 ? { environment } : {}),
    ...(line.has("port") ? { containerPort: line.number("port", portRange) } : {}),
    ...(healthPath === undefined ? {} : { healthPath }),
    ...(line.has("app-log") ? { appLogLines: isAll ? Infinity : line.number("app-log", lines) } : {}),
  };
}

function sandboxOptions(line: CommandLine): SandboxOptions {
  const sandbox = line.choice("sandbox", sandboxes);
  const allow = line.texts("allow").flatMap((text) => {
    const [, host, port] = /^([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?):(\d{1,5})$/i.exec(text) ?? [];
    if (host !== undefined && Number(port) >= 1 && Number(port) <= 65_535)
      return [{ host: host.toLowerCase(), port: Number(port) }];
    line.wrong("allow", "HOST:PORT, such as db.example.com:5432", text);
    return [];
  });
  const network = line.choice("network", networks);
  if (network !== undefined && line.text("runtime") === "docker")
    line.wrong("network", "no --runtime docker, whose containers have networks of their own");
  return {
    ...(allow.length > 0 ? { allow } : {}),
    ...(sandbox ? { sandbox } : {}),
    ...(network ? { network } : {}),
    ...(line.has("trust-app") ? { trustApp: true } : {}),
  };
}

function stat(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}
