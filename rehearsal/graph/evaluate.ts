import * as pulumi from "@pulumi/pulumi";
import * as path from "node:path";
import type { ExistingThings } from "./existing";
import { type GraphOptions, Recorder } from "./recorder";
import { readStackConfig } from "./stack-config";

export interface Graph {
  readonly recorder: Recorder;
  /** What the program exports; empty in a preview that leaves any of it unknown. */
  readonly outputs: Readonly<Record<string, unknown>>;
  /** The settings that the program was given. */
  readonly config: Readonly<Record<string, string>>;
}

type Overrides = Readonly<Record<string, string | undefined>>;

export interface ProgramOptions {
  /** Folder of the program. */
  readonly directory: string;
  /** Folder of Pulumi.yaml and the stack files. @default the program's */
  readonly stacksDirectory?: string;
  readonly stack: string;
  /**
   * Settings that take the place of the stack file's, `greenlight:appDirectory` to a folder; undefined takes one away. They
   * may be made of the file's.
   */
  readonly overrides?: Overrides | ((written: Overrides) => Overrides);
  /** Overridden settings that are given with --secret. @default none */
  readonly secretOverrides?: readonly string[];
  /** The registry that ECR repositories are in, `host:port`. @default AWS's own */
  readonly registry?: string;
  /** @default all as such things are */
  readonly existing?: ExistingThings;
}

/**
 * Runs the stack's real program under Pulumi's mocks; returns the resources that `pulumi up` would create.
 *
 * @throws Error when there is no such stack file, or what the program itself throws (InvalidInput for wrong settings).
 */
export async function evaluateStack(options: ProgramOptions): Promise<Graph> {
  const {
    directory,
    stacksDirectory = directory,
    stack,
    overrides = {},
    secretOverrides = [],
    registry,
    existing,
  } = options;
  const { project, config: written, secretKeys: encrypted, environments } = readStackConfig(stacksDirectory, stack);
  const changes = typeof overrides === "function" ? overrides(written) : overrides;
  const given = Object.entries({ ...written, ...changes }).filter(([, value]) => value !== undefined);
  const config = Object.fromEntries(given) as Record<string, string>;
  const secretKeys = [...encrypted, ...secretOverrides];
  const program = path.join(directory, "index.ts");
  const account = { ...(registry ? { registry } : {}), ...(existing ? { existing } : {}) };
  const graph = evaluate({ project, stack, config, secretKeys, ...account }, () => {
    // The program runs anew each time, as a process of Pulumi's would.
    delete require.cache[require.resolve(program)];
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    return require(program) as Record<string, unknown>;
  });
  if (environments.length === 0) return graph;
  return graph.catch((error: Error) => {
    error.message += `\nPulumi.${stack}.yaml also imports from Pulumi ESC (${environments.join(", ")}); those settings cannot be read here.`;
    throw error;
  });
}

/**
 * Runs a program under the recorder; returns once everything that it registered has been recorded.
 *
 * @throws what the program throws, or the first registration or apply that failed: at once, since what is made of a failed
 * resource's outputs would wait for them for ever.
 */
export async function evaluate(
  options: GraphOptions,
  program: () => Record<string, unknown> | Promise<Record<string, unknown>>,
): Promise<Graph> {
  const recorder = await Recorder.install(options);
  let fail!: (failure: unknown) => void;
  const failed = new Promise<never>((_, reject) => (fail = reject));
  // Pulumi's own host, too, learns of a failed registration or apply by the rejection that nobody handles.
  process.on("unhandledRejection", fail);
  const restoreStackTraces = withoutStackTraces();
  try {
    const outputs = await Promise.race([failed, run(program, fail)]);
    return { recorder, outputs, config: options.config ?? {} };
  } catch (failure) {
    recorder.stop();
    await turnOfEvents();
    throw failure;
  } finally {
    restoreStackTraces();
    process.off("unhandledRejection", fail);
  }
}

async function run(program: () => unknown, fail: (failure: unknown) => void): Promise<Record<string, unknown>> {
  const outputs = await pulumi.runtime.runInPulumiStack(() => attempt(program, fail));
  await pulumi.runtime.disconnect();
  await turnOfEvents();
  return outputs ?? {};
}

/** Rejections that nobody handles are told between two turns of the event loop. */
function turnOfEvents(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/**
 * Pulumi's SDK takes a stack trace for each of the hundred promises that a resource is made of, and for its place in the
 * source, which is most of the time that a graph takes, and which nobody reads here. Returns what turns them on again.
 */
function withoutStackTraces(): () => void {
  const { stackTraceLimit } = Error;
  const { sourceMapsEnabled } = process;
  Error.stackTraceLimit = 0;
  process.setSourceMapsEnabled(false);
  return () => {
    Error.stackTraceLimit = stackTraceLimit;
    process.setSourceMapsEnabled(sourceMapsEnabled);
  };
}

/** Keeps a program's error from Pulumi's many promises, each of which would be rejected with it. */
async function attempt(program: () => unknown, fail: (failure: unknown) => void): Promise<unknown> {
  try {
    return await program();
  } catch (failure) {
    fail(failure);
    return {};
  }
}
