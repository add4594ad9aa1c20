// The `docker` of a rehearsed build: builds Dockerfiles with this machine's Node and pushes to a registry on disk.
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { buildImage } from "./build";
import type { Image } from "./image";
import { ImageStore, RegistryError } from "./image-store";
import { loginPassword, Logins, regionOf } from "./login";
import { parseReference } from "./reference";
import type { StandInSettings } from "./stand-ins";

const supported =
  "This stand-in performs: docker build, docker buildx imagetools create, docker image inspect, docker inspect, docker login, docker push, docker tag, docker version.";
const print = (line: string): void => void process.stdout.write(`${line}\n`);
const option = { type: "string" } as const;

async function main([settingsText = "{}", command = "", ...words]: readonly string[]): Promise<void> {
  const settings = JSON.parse(settingsText) as StandInSettings;
  const store = new ImageStore(settings.storeDirectory);
  switch (command) {
    case "build":
      return build(store, settings, words);
    case "buildx":
      if (words[0] === "imagetools" && words[1] === "create") return copyImage(store, words.slice(2));
      break;
    case "login":
      return login(store, words);
    case "push":
      return push(store, words);
    case "tag":
      return tag(store, words);
    case "image":
      if (words[0] === "inspect") return inspect(store, words.slice(1));
      break;
    case "inspect":
      return inspect(store, words);
    case "version":
    case "--version":
      return print("Docker version 0 (Greenlight rehearsal)");
  }
  throw new Error(`docker: '${[command, ...words].join(" ")}' is not performed here.\n${supported}`);
}

async function build(store: ImageStore, { npm }: StandInSettings, words: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...words],
    allowPositionals: true,
    options: {
      platform: { ...option, default: process.arch === "arm64" ? "linux/arm64" : "linux/amd64" },
      tag: { ...option, short: "t", multiple: true, default: [] },
      "build-arg": { ...option, multiple: true, default: [] },
      file: { ...option, short: "f" },
      pull: { type: "boolean" },
    },
  });
  const [contextDirectory, ...others] = positionals;
  if (contextDirectory === undefined || others.length > 0)
    throw new Error('"docker build" requires exactly 1 argument: the context');
  await buildImage({
    store,
    contextDirectory,
    // As for Docker, -f is seen from here, not from the context.
    dockerfile: values.file && `${process.cwd()}/${values.file}`,
    tags: values.tag,
    platform: values.platform,
    buildArguments: Object.fromEntries(values["build-arg"].map(buildArgument)),
    npm,
    output: print,
  });
}

/** `NAME=value`; `NAME` alone takes the value from the environment. */
function buildArgument(text: string): [string, string] {
  const equals = text.indexOf("=");
  return equals < 0 ? [text, process.env[text] ?? ""] : [text.slice(0, equals), text.slice(equals + 1)];
}

async function login(store: ImageStore, words: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...words],
    allowPositionals: true,
    options: { username: { ...option, short: "u" }, "password-stdin": { type: "boolean" } },
  });
  const [host = ""] = positionals;
  if (!values["password-stdin"]) throw new Error("This stand-in takes the password with --password-stdin only.");
  const password = (await text(process.stdin)).trim();
  if (password === "") throw new Error("Error: password is empty");
  if (!(await store.hasRegistry(host))) {
    throw new Error(`Error response from daemon: Get "https://${host}/v2/": no such host`);
  }
  if (values.username !== "AWS" || password !== loginPassword(regionOf(host) ?? "")) {
    throw new Error(
      `Error response from daemon: login attempt to https://${host}/v2/ failed with status: 400 Bad Request`,
    );
  }
  await new Logins(process.env).add(host);
  print("Login Succeeded");
}

async function push(store: ImageStore, words: readonly string[]): Promise<void> {
  const { positionals } = parseArgs({ args: [...words], allowPositionals: true });
  const [reference = ""] = positionals;
  const { uri, host, tag: name } = parseReference(reference);
  print(`The push refers to repository [${uri}]`);
  const local = await store.findLocal(reference);
  if (local === undefined) throw new Error(`An image does not exist locally with the tag: ${uri}`);
  if (host === undefined || !(await new Logins(process.env).has(host))) throw new Error("no basic auth credentials");
  const image = await store.push(reference);
  print(`${name}: digest: ${image.digest} size: ${image.manifest.layers[0].size}`);
}

async function copyImage(store: ImageStore, words: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...words],
    allowPositionals: true,
    options: { tag: { ...option, short: "t" }, "prefer-index": { ...option, default: "true" } },
  });
  const [source = "", ...others] = positionals;
  if (others.length > 0 || values.tag === undefined || values["prefer-index"] !== "false") {
    throw new Error("This stand-in copies one image: --prefer-index=false --tag TARGET SOURCE.");
  }
  const logins = new Logins(process.env);
  for (const reference of [source, values.tag]) {
    const { host } = parseReference(reference);
    if (host === undefined || !(await logins.has(host)))
      throw new Error(`ERROR: ${reference}: no basic auth credentials`);
  }
  const { digest } = await store.copy(source, values.tag);
  print(`pushing ${digest} to ${values.tag}`);
}

async function tag(store: ImageStore, words: readonly string[]): Promise<void> {
  const { positionals } = parseArgs({ args: [...words], allowPositionals: true });
  const [source = "", target = ""] = positionals;
  await store.tagLocal((await find(store, source)).digest, target);
}

async function inspect(store: ImageStore, words: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...words],
    allowPositionals: true,
    options: { format: { ...option, short: "f" } },
  });
  const [reference = ""] = positionals;
  const { digest, config, platform } = await find(store, reference);
  if (values.format === "{{.Id}}") return print(digest);
  if (values.format !== undefined) throw new Error(`This stand-in knows --format {{.Id}}, not ${values.format}`);
  const [Architecture, Os] = [platform.architecture, platform.os];
  print(JSON.stringify([{ Id: digest, RepoTags: [reference], Architecture, Os, Config: config }], null, 4));
}

async function find(store: ImageStore, reference: string): Promise<Image> {
  const image = await store.findLocal(reference);
  if (image === undefined) throw new Error(`Error response from daemon: No such image: ${reference}`);
  return image;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  const { message } = error as Error;
  const prefix = error instanceof RegistryError && error.code === "RepositoryNotFoundException" ? "name unknown: " : "";
  process.stderr.write(`${prefix}${message}\n`);
  process.exitCode = 1;
});
