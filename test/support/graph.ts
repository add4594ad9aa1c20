import * as pulumi from "@pulumi/pulumi";
import { strFromU8, unzipSync } from "fflate";
import { join } from "node:path";
import type { InvalidInput } from "../../components";
import { evaluate, evaluateStack, type Graph } from "../../rehearsal/graph/evaluate";
import { type GraphOptions, type GraphResource, Recorder } from "../../rehearsal/graph/recorder";
import { checkout, stacksDirectory } from "./checkout";

export type { Graph, GraphResource };

type Settings = Readonly<Record<string, unknown>>;

const graphs = new Map<string, Promise<Graph>>();

/**
 * The graph of the stack `dev`, with some of its settings changed; evaluated once for all specs, so only to be read.
 *
 * @param secrets settings that are given with --secret
 */
export function devGraph(changes: Settings = {}, secrets: readonly string[] = []): Promise<Graph> {
  return stackGraph("dev", changes, secrets);
}

/** The same of the stack `prod`. */
export function prodGraph(changes: Settings = {}): Promise<Graph> {
  return stackGraph("prod", changes);
}

/** The same of the stack `native`. */
export function nativeGraph(changes: Settings = {}): Promise<Graph> {
  return stackGraph("native", changes);
}

/** The graph of `dev`, evaluated anew. */
export function evaluateDev(changes: Settings = {}): Promise<Graph> {
  return evaluateStack({ directory: checkout, stacksDirectory, stack: "dev", overrides: config(changes) });
}

/** The graph of `index.ts` in any project and stack, with these settings alone. */
export function programGraph(options: Partial<GraphOptions>, settings: Settings = {}): Promise<Graph> {
  const given = { githubRepository: "example-org/example-app", ...settings };
  return evaluate({ project: "greenlight", stack: "dev", config: config(given), ...options }, freshProgram);
}

/**
 * What a program throws, and what it had registered by then; `index.ts` unless another program is given.
 *
 * @param secrets settings that are given with --secret
 */
export async function refusal(
  settings: Settings,
  program: () => unknown = freshProgram,
  project = "greenlight",
  secrets: readonly string[] = [],
) {
  const secretKeys = secrets.map((key) => `greenlight:${key}`);
  const recorder = await Recorder.install({ project, stack: "dev", config: config(settings), secretKeys });
  let error: InvalidInput | undefined;
  await pulumi.runtime.runInPulumiStack(() => {
    try {
      program();
    } catch (thrown) {
      error = thrown as InvalidInput;
    }
    return Promise.resolve({});
  });
  await pulumi.runtime.disconnect();
  const registered = recorder.resources.map(({ type }) => type).filter((type) => type !== "pulumi:pulumi:Stack");
  return { error, paths: (error?.problems ?? []).map(({ path }) => path), registered };
}

/** A resource's output: `its(graph, "aws:iam/role:Role", "-task", "arn")`. */
export function its(graph: Graph, type: string, name: string, output: string): string {
  return graph.recorder.find(type, name).outputs[output] as string;
}

/** `type::name` of each URN, without the components around it. */
export function shortUrns(urns: readonly string[]): string[] {
  return urns.map((urn) => urn.split("::").slice(2).join("::").split("$").at(-1)!).sort();
}

/** The files of the release template. */
export function releaseTemplate(graph: Graph): Record<string, string> {
  const { contentBase64 } = graph.recorder.find("aws:s3/bucketObjectv2:BucketObjectv2").inputs;
  const files = Object.entries(unzipSync(Buffer.from(contentBase64 as string, "base64")));
  return Object.fromEntries(files.map(([name, bytes]) => [name, strFromU8(bytes)]));
}

interface Statement {
  readonly Effect: string;
  readonly Action: string[];
  readonly Resource: string[];
  readonly Condition?: unknown;
}

/** Every statement of every inline policy of the one role whose name ends so. */
export function statements(graph: Graph, role: string): Statement[] {
  const { id } = graph.recorder.find("aws:iam/role:Role", role);
  const policies = graph.recorder.all("aws:iam/rolePolicy:RolePolicy").filter(({ inputs }) => inputs.role === id);
  return policies.flatMap(
    ({ inputs }) => (JSON.parse(inputs.policy as string) as { Statement: Statement[] }).Statement,
  );
}

/** A function's files. */
export async function codeFiles({ inputs }: GraphResource): Promise<Record<string, string>> {
  const { assets } = inputs.code as pulumi.asset.AssetArchive;
  const texts = Object.entries(await assets).map(async ([name, asset]) => [
    name,
    await (asset as pulumi.asset.StringAsset).text,
  ]);
  return Object.fromEntries((await Promise.all(texts)) as [string, string][]);
}

function stackGraph(stack: string, changes: Settings, secrets: readonly string[] = []): Promise<Graph> {
  const key = `${stack} ${JSON.stringify([changes, secrets])}`;
  const secretOverrides = secrets.map((name) => `greenlight:${name}`);
  const program = { directory: checkout, stacksDirectory, stack, secretOverrides };
  const graph = graphs.get(key) ?? evaluateStack({ ...program, overrides: config(changes) });
  graphs.set(key, graph);
  return graph;
}

function freshProgram(): Record<string, unknown> {
  const program = join(checkout, "index.ts");
  delete require.cache[require.resolve(program)];
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  return require(program) as Record<string, unknown>;
}

function config(settings: Settings): Record<string, string> {
  const texts = Object.entries(settings).map(([key, value]) => [
    key.includes(":") ? key : `greenlight:${key}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return Object.fromEntries(texts) as Record<string, string>;
}
