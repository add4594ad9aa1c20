import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { AwsEndpoint } from "../aws-endpoint/endpoint";
import type { Clock } from "../clock";
import type { Timeline } from "../events";

/** A function's code and settings, and one event for it. */
export interface Invocation {
  readonly functionName: string;
  /** Holds the function's unpacked code: what Lambda unpacks into /var/task. */
  readonly codeDirectory: string;
  /** File and export, such as `index.handler`. */
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Longest time of the handler, in seconds of AWS time. */
  readonly timeoutSeconds: number;
  readonly event: unknown;
  /** Where the function's AWS SDK finds AWS, and the key that it signs with. */
  readonly awsEndpoint: Pick<AwsEndpoint, "url" | "credentials">;
  /** A file with an authority that it trusts besides the public ones. @default none */
  readonly caFile?: string | undefined;
  readonly clock: Clock;
  /** Gets each line that the function prints, as source `lambda`, type `log`. @default none */
  readonly timeline?: Timeline;
  /** Ends the invocation: its process is killed, and the promise rejects with the signal's reason. @default none */
  readonly signal?: AbortSignal;
}

/** How an invocation ended. */
export type InvocationOutcome =
  | { readonly status: "returned"; readonly value: unknown }
  | { readonly status: "threw"; readonly errorType: string; readonly errorMessage: string }
  /** The function did not answer within `timeoutSeconds` and was killed. */
  | { readonly status: "timed-out"; readonly timeoutSeconds: number }
  /** The process ended without an answer: it crashed, or ended itself. */
  | { readonly status: "exited"; readonly exitCode: number | null; readonly signal: NodeJS.Signals | null };

/** What the runtime process says. */
interface RuntimeMessage {
  readonly started?: true;
  readonly outcome?:
    | { readonly status: "returned"; readonly json?: string }
    | { readonly status: "threw"; readonly errorType: string; readonly errorMessage: string };
}

/** Loading a function's code is real work, so this bound is never scaled. Source: Lambda developer guide, lambda-runtime-environment. */
const initializationMs = 10_000;

/**
 * Real milliseconds that a hurried function has beyond its hurried time, because its real work (loading the SDK, asking
 * green) is not hurried; and before it is killed, because what it keeps back to report in is hurried too. None at scale 1.
 */
const workMs = 5_000;
const reportMs = 1_000;

/** Longest time of a function, in milliseconds. Source: Lambda developer guide, gettingstarted-limits. */
const longestTimeoutMs = 15 * 60_000;

/** How far ahead of real time a function's hurried clock can be: while it loads, runs and is killed, in milliseconds. */
export function longestClockLeadMs(scale: number): number {
  return longestTimeoutMs + (initializationMs + workMs + reportMs) * (scale - 1);
}

/** Runs a Lambda function once, in a process of its own that is gone when the promise settles. */
export async function invokeFunction(invocation: Invocation): Promise<InvocationOutcome> {
  const { functionName, handler, event, timeoutSeconds, clock, signal } = invocation;
  signal?.throwIfAborted();
  const unhurried = 1 - 1 / clock.scale;
  const allowedMs = clock.realMs(timeoutSeconds * 1000) + workMs * unhurried;
  const child = spawn(process.execPath, [join(__dirname, "runtime.mjs")], {
    cwd: invocation.codeDirectory,
    env: environmentOf(invocation),
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const kill = () => child.kill("SIGKILL");
  let timedOut = false;
  const killAfter = (ms: number) => setTimeout(() => (timedOut = kill()), ms);
  let timer = killAfter(initializationMs);
  let answered: RuntimeMessage["outcome"];
  child.on("message", (message: RuntimeMessage) => {
    if (message.started) {
      clearTimeout(timer);
      timer = killAfter(allowedMs + reportMs * unhurried);
    }
    answered ??= message.outcome;
  });
  signal?.addEventListener("abort", kill);
  try {
    const lines = Promise.all([child.stdout, child.stderr].map((stream) => tellLines(stream!, invocation)));
    // A process that is already gone cannot be told; how it ended says enough.
    child.send({ handler, event, functionName, allowedMs, scale: clock.scale }, () => undefined);
    const [exitCode, exitSignal] = await closed(child);
    await lines;
    signal?.throwIfAborted();
    if (answered?.status === "threw") return answered;
    if (answered) return { status: "returned", value: answered.json === undefined ? null : JSON.parse(answered.json) };
    return timedOut ? { status: "timed-out", timeoutSeconds } : { status: "exited", exitCode, signal: exitSignal };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", kill);
    kill();
  }
}

/** The whole environment of the function's process; nothing of the rehearsal's own is in it, but where programs are found. */
function environmentOf({
  functionName,
  codeDirectory,
  environment,
  awsEndpoint: { url, credentials },
  caFile,
}: Invocation): NodeJS.ProcessEnv {
  return {
    ...environment,
    AWS_LAMBDA_FUNCTION_NAME: functionName,
    AWS_REGION: "us-east-1",
    LAMBDA_TASK_ROOT: codeDirectory,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_ENDPOINT_URL: url,
    ...(caFile === undefined ? {} : { NODE_EXTRA_CA_CERTS: caFile }),
    // Lambda's Node.js is its own; what the SDK thinks of the one that rehearses is no line of the function's log.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
    // The SDK must not find the person's ~/.aws, which a function in Lambda has not either.
    HOME: codeDirectory,
    // Lambda's runtime finds the AWS SDK that it provides in the same way.
    NODE_PATH: join(__dirname, "../../node_modules"),
    PATH: process.env.PATH,
  };
}

async function closed(child: ChildProcess): Promise<[number | null, NodeJS.Signals | null]> {
  return (await once(child, "close")) as [number | null, NodeJS.Signals | null];
}

async function tellLines(stream: Readable, { timeline, functionName }: Invocation): Promise<void> {
  for await (const line of createInterface({ input: stream })) {
    const { message, ...fields } = structured(line);
    timeline?.emit("lambda", "log", typeof message === "string" ? message : line, { functionName, ...fields });
  }
}

/** The fields of a line that is a JSON object, as structured logs are; none for other lines. */
function structured(line: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : {};
  } catch {
    return {};
  }
}
