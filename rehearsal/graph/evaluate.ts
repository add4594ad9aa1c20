import * as pulumi from "@pulumi/pulumi";
import { existsSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { type GraphOptions, Recorder } from "./recorder";

export interface Graph {
  readonly recorder: Recorder;
  /** What the program exports. */
  readonly outputs: Readonly<Record<string, unknown>>;
}

export interface ProgramOptions {
  /** Folder of Pulumi.yaml and the program. */
  readonly directory: string;
  readonly stack: string;
  /** Settings that take the place of the stack file's, `greenlight:appDirectory` to a folder. */
  readonly overrides?: Readonly<Record<string, string>>;
}

/**
 * Runs the stack's real program under Pulumi's mocks; returns the resources that `pulumi up` would create.
 *
 * @throws Error when there is no such stack file, or what the program itself throws (InvalidInput for wrong settings).
 */
export async function evaluateStack({ directory, stack, overrides = {} }: ProgramOptions): Promise<Graph> {
  const stackFile = path.join(directory, `Pulumi.${stack}.yaml`);
  if (!existsSync(stackFile))
    throw new Error(`there is no ${path.basename(stackFile)}; --stack names one that is there`);
  const project = parse(readFileSync(path.join(directory, "Pulumi.yaml"), "utf8")) as { name: string };
  const written = (parse(readFileSync(stackFile, "utf8")) as { config?: Record<string, unknown> } | null)?.config ?? {};
  const config = {
    ...Object.fromEntries(Object.entries(written).map(([key, value]) => [key, asText(value)])),
    ...overrides,
  };
  const program = path.join(directory, "index.ts");
  return evaluate({ project: project.name, stack, config }, () => {
    // The program runs anew each time, as a process of Pulumi's would.
    delete require.cache[require.resolve(program)];
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    return require(program) as Record<string, unknown>;
  });
}

/** Runs a program under the recorder; returns once everything that it registered has been recorded. */
export async function evaluate(
  options: GraphOptions,
  program: () => Record<string, unknown> | Promise<Record<string, unknown>>,
): Promise<Graph> {
  const recorder = await Recorder.install(options);
  const exported = await pulumi.runtime.runInPulumiStack(async () => program());
  const outputs = await settled(pulumi.output(exported));
  await pulumi.runtime.disconnect();
  return { recorder, outputs: outputs as Record<string, unknown> };
}

function settled(output: pulumi.Output<unknown>): Promise<unknown> {
  return new Promise((resolve) => {
    pulumi.unsecret(output).apply(resolve);
  });
}

/** As the Pulumi CLI hands a setting to a program; a secret cannot be opened here, and is rehearsed with a placeholder. */
function asText(value: unknown): string {
  if (typeof value === "object" && value !== null && "secure" in value) return "secret";
  return typeof value === "string" ? value : JSON.stringify(value);
}
