import * as pulumi from "@pulumi/pulumi";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Clock } from "../clock";
import type { Timeline } from "../events";
import type { Account } from "../graph/account";
import { invokeFunction } from "../lambda/invoke-function";
import type { Workspace } from "../workspace";

export interface FunctionsOptions {
  readonly account: Account;
  readonly workspace: Workspace;
  readonly awsEndpointUrl: string;
  readonly clock: Clock;
  readonly timeline: Timeline;
}

/** Invokes the program's Lambda functions by name: the very code that `pulumi up` uploads, in a process of its own. */
export function functionInvoker(options: FunctionsOptions) {
  const { account, workspace, timeline, ...rest } = options;
  return async (functionName: string, event: unknown, signal: AbortSignal): Promise<void> => {
    const { handler, timeout = 3, environment, code } = account.function(functionName);
    const codeDirectory = join(workspace.directory, "functions", functionName);
    await unpack(code, codeDirectory);
    timeline.emit("lambda", "invoked", `${functionName} invoked`, { functionName, event });
    const outcome = await invokeFunction({
      ...rest,
      timeline,
      functionName,
      codeDirectory,
      handler,
      environment: environment?.variables ?? {},
      timeoutSeconds: timeout,
      event,
      signal,
    });
    timeline.emit("lambda", outcome.status, `${functionName} ${outcome.status}`, { functionName, ...outcome });
  };
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
