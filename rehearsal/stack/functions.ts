import * as pulumi from "@pulumi/pulumi";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { AwsEndpoint } from "../aws-endpoint/endpoint";
import type { Clock } from "../clock";
import type { Timeline } from "../events";
import type { Account } from "../graph/account";
import { type InvocationOutcome, invokeFunction } from "../lambda/invoke-function";
import type { Workspace } from "../workspace";

export interface FunctionsOptions {
  readonly account: Account;
  readonly workspace: Workspace;
  readonly awsEndpoint: () => Promise<AwsEndpoint>;
  /** A file with an authority that the functions trust besides the public ones. */
  readonly caFile: string | undefined;
  readonly clock: Clock;
  readonly timeline: Timeline;
}

/** Invokes a function once; resolves with how that ended, and rejects if it could not be invoked, or with the signal's reason. */
export type FunctionInvoker = (functionName: string, event: unknown, signal: AbortSignal) => Promise<InvocationOutcome>;

/**
 * Invokes the program's Lambda functions by name: the very code that `pulumi up` uploads, in a process of its own.
 * What still runs when the workspace closes is ended.
 */
export function functionInvoker(options: FunctionsOptions): FunctionInvoker {
  const closing = new AbortController();
  const running = new Set<Promise<unknown>>();
  options.workspace.onClose(async () => {
    closing.abort(new Error("the rehearsal ends"));
    await Promise.allSettled(running);
  });
  return (functionName, event, signal) => {
    const invocation = invoke(functionName, event, AbortSignal.any([signal, closing.signal]), options);
    const ended = invocation.catch(() => undefined).finally(() => running.delete(ended));
    running.add(ended);
    return invocation;
  };
}

async function invoke(functionName: string, event: unknown, signal: AbortSignal, options: FunctionsOptions) {
  const { account, workspace, timeline, awsEndpoint, ...rest } = options;
  const { handler, timeout = 3, environment, code } = account.function(functionName);
  const codeDirectory = join(workspace.directory, "functions", functionName);
  await unpack(code, codeDirectory);
  timeline.emit("lambda", "invoked", `${functionName} invoked`, {
    functionName,
    event: withoutSecrets(event),
  });
  const outcome = await invokeFunction({
    ...rest,
    awsEndpoint: await awsEndpoint(),
    timeline,
    functionName,
    codeDirectory,
    handler,
    environment: environment?.variables ?? {},
    timeoutSeconds: timeout,
    event,
    signal,
  });
  const text = describeOutcome(outcome);
  timeline.emit("lambda", outcome.status, `${functionName} ${text}`, { functionName, ...outcome });
  return outcome;
}

/** An event as it may be printed: the credentials that CodePipeline gives a job are left out. */
function withoutSecrets(event: unknown): unknown {
  const text = JSON.stringify(event, (name, value: unknown) => (name === "artifactCredentials" ? undefined : value));
  return text === undefined ? undefined : (JSON.parse(text) as unknown);
}

/** How an invocation ended, for people. */
export function describeOutcome(outcome: InvocationOutcome): string {
  switch (outcome.status) {
    case "returned":
      return "returned";
    case "threw":
      return `threw ${outcome.errorType}: ${outcome.errorMessage}`;
    case "timed-out":
      return `timed out after ${outcome.timeoutSeconds} seconds`;
    case "exited":
      return `exited (${outcome.signal ?? `exit status ${outcome.exitCode}`}) without an answer`;
  }
}

async function unpack(code: unknown, directory: string): Promise<void> {
  if (!(code instanceof pulumi.asset.AssetArchive))
    throw new Error("the rehearsal unpacks code given as an AssetArchive");
  for (const [name, asset] of Object.entries(await code.assets)) {
    if (!(asset instanceof pulumi.asset.StringAsset))
      throw new Error(`the rehearsal unpacks StringAssets; ${name} is another`);
    const file = join(directory, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, await asset.text);
  }
}
