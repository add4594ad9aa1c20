// The `docker` of a rehearsed build: builds Dockerfiles with this machine's Node and pushes to a registry on disk.
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { build, type BuildCommand, buildWithBuilder, createBuilder, isLoggedIn, push } from "./docker-build";
import { loginPassword, logins, regionOf } from "./docker-config";
import type { Image } from "./image";
import { ImageStore, RegistryError } from "./image-store";
import { parseReference } from "./reference";
import type { StandInSettings } from "./stand-ins";

const supported =
  "This stand-in performs: docker build, docker buildx build, docker buildx create, docker buildx imagetools create, docker image inspect, docker inspect, docker login, docker push, docker tag, docker version.";
const print = (line: string): void => void process.stdout.write(`${line}\n`);
const option = { type: "string" } as const;

async function main([settingsText = "{}", command = "", ...words]: readonly string[]): Promise<void> {
  const settings = JSON.parse(settingsText) as StandInSettings;
  const store = new ImageStore(settings.storeDirectory);
  const context = { store, registries: settings.registries, sandbox: settings.sandbox, print };
  switch (command) {
    case "build":
      return build({ ...context, words });
    case "buildx":
      return buildx(context, words);
    case "login":
      return login(store, words);
    case "push":
      return pushLocal(store, words);
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
  throw notPerformed([command, ...words]);
}

async function buildx(context: Omit<BuildCommand, "words">, words: readonly string[]): Promise<void> {
  if (words[0] === "create") return createBuilder({ ...context, words: words.slice(1) });
  if (words[0] === "build") return buildWithBuilder({ ...context, words: words.slice(1) });
  if (words[0] === "imagetools" && words[1] === "create") return copyImage(context.store, words.slice(2));
  throw notPerformed(["buildx", ...words]);
}

function notPerformed(words: readonly string[]): Error {
  return new Error(`docker: '${words.join(" ")}' is not performed here.\n${supported}`);
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
  await logins.add(host);
  print("Login Succeeded");
}

async function pushLocal(store: ImageStore, words: readonly string[]): Promise<void> {
  const { positionals } = parseArgs({ args: [...words], allowPositionals: true });
  const [reference = ""] = positionals;
  const { uri } = parseReference(reference);
  print(`The push refers to repository [${uri}]`);
  const local = await store.findLocal(reference);
  if (local === undefined) throw new Error(`An image does not exist locally with the tag: ${uri}`);
  await push(store, reference, print);
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
  for (const reference of [source, values.tag]) {
    if (!(await isLoggedIn(reference))) throw new Error(`ERROR: ${reference}: no basic auth credentials`);
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
