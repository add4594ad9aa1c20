import { parseArgs } from "node:util";
import { buildImage } from "./build";
import { builders, logins } from "./docker-config";
import type { ImageStore } from "./image-store";
import { BuilderLayers } from "./layers";
import { parseReference } from "./reference";
import type { SandboxMode } from "../sandbox/mode";
import type { RegistrySettings } from "./registry-settings";

export interface BuildCommand {
  readonly store: ImageStore;
  readonly registries: RegistrySettings;
  readonly sandbox: SandboxMode;
  /** What follows the command's name. */
  readonly words: readonly string[];
  readonly print: (line: string) => void;
}

const option = { type: "string" } as const;
const list = { type: "string", multiple: true, default: [] as string[] } as const;
const buildOptions = {
  platform: { ...option, default: process.arch === "arm64" ? "linux/arm64" : "linux/amd64" },
  tag: { ...list, short: "t" },
  "build-arg": list,
  file: { ...option, short: "f" },
  pull: { type: "boolean" },
} as const;

/** `docker build`, with the engine's own builder. */
export async function build(command: BuildCommand): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...command.words],
    allowPositionals: true,
    options: buildOptions,
  });
  await perform(command, values, positionals);
}

/** `docker buildx create`: a builder in a container, which knows nothing yet. */
export async function createBuilder({ words, print }: BuildCommand): Promise<void> {
  const { values } = parseArgs({
    args: [...words],
    options: { name: option, driver: option, bootstrap: { type: "boolean" } },
  });
  if (values.driver !== "docker-container" || values.name === undefined)
    throw new Error("This stand-in makes builders by --name NAME --driver docker-container.");
  await builders.add(values.name);
  print(values.name);
}

/** `docker buildx build`, with a builder that was made; its caches are in registries, and hold every stage. */
export async function buildWithBuilder(command: BuildCommand): Promise<void> {
  const { store, words, print } = command;
  const { values, positionals } = parseArgs({
    args: [...words],
    allowPositionals: true,
    options: { ...buildOptions, builder: option, "cache-from": list, "cache-to": list, push: { type: "boolean" } },
  });
  if (values.builder === undefined || !(await builders.has(values.builder)))
    throw new Error(`ERROR: no builder "${values.builder ?? ""}" found`);
  const imported = new Map<string, string>();
  for (const { reference } of values["cache-from"].map(registryCache)) {
    print(`importing cache manifest from ${reference}`);
    const found = await isLoggedIn(reference).then((is) => (is ? store.pullCache(reference) : undefined));
    if (found === undefined) print(`ERROR: ${reference}: not found`);
    for (const [key, digest] of found ?? []) imported.set(key, digest);
  }
  const layers = new BuilderLayers(imported, store.blobs);
  await perform(command, values, positionals, layers);
  if (values.push) for (const tag of values.tag) await push(store, tag, print);
  for (const { reference, ignoresErrors } of values["cache-to"].map(registryCache)) {
    print(`exporting cache to ${reference}`);
    await pushCache(store, reference, layers).catch((error: Error) => {
      if (!ignoresErrors) throw error;
      print(`ERROR: ${error.message} (ignored)`);
    });
  }
}

/** Copies a local image to its registry. @throws Error as `docker push` words it */
export async function push(store: ImageStore, reference: string, print: (line: string) => void): Promise<void> {
  const { tag } = parseReference(reference);
  if (!(await isLoggedIn(reference))) throw new Error("no basic auth credentials");
  const image = await store.push(reference);
  print(`${tag}: digest: ${image.digest} size: ${image.manifest.layers[0].size}`);
}

export async function isLoggedIn(reference: string): Promise<boolean> {
  const { host } = parseReference(reference);
  return host !== undefined && (await logins.has(host));
}

interface BuildValues {
  readonly platform: string;
  readonly tag: readonly string[];
  readonly "build-arg": readonly string[];
  readonly file?: string | undefined;
}

async function perform(
  { store, registries, sandbox, print }: BuildCommand,
  values: BuildValues,
  [contextDirectory, ...others]: readonly string[],
  layers = store.layers,
): Promise<void> {
  if (contextDirectory === undefined || others.length > 0)
    throw new Error('"docker build" requires exactly 1 argument: the context');
  await buildImage({
    store,
    layers,
    contextDirectory,
    // As for Docker, -f is seen from here, not from the context.
    dockerfile: values.file && `${process.cwd()}/${values.file}`,
    tags: values.tag,
    platform: values.platform,
    buildArguments: Object.fromEntries(values["build-arg"].map(buildArgument)),
    registries,
    sandbox,
    output: print,
  });
}

/** `NAME=value`; `NAME` alone takes the value from the environment. */
function buildArgument(text: string): [string, string] {
  const equals = text.indexOf("=");
  return equals < 0 ? [text, process.env[text] ?? ""] : [text.slice(0, equals), text.slice(equals + 1)];
}

/** `type=registry,ref=…`. Source: Docker's manual, build/cache/backends/registry. */
function registryCache(text: string): { reference: string; ignoresErrors: boolean } {
  const fields = new Map(text.split(",").map((field) => field.split("=", 2) as [string, string]));
  const reference = fields.get("ref");
  if (fields.get("type") !== "registry" || reference === undefined)
    throw new Error(`This stand-in has caches of type=registry,ref=…, not "${text}".`);
  return { reference, ignoresErrors: fields.get("ignore-error") === "true" };
}

async function pushCache(store: ImageStore, reference: string, layers: BuilderLayers): Promise<void> {
  if (!(await isLoggedIn(reference))) throw new Error("no basic auth credentials");
  await store.pushCache(reference, layers.exported);
}
