import { existsSync } from "node:fs";
import { posix } from "node:path";
import type { SandboxMode } from "../sandbox/mode";
import { defaultPath } from "../sandbox/sandbox";
import type { StageState } from "./step";
import { TreeIndex } from "./tree-index";

/** Programs that a container's first process often is, and that this machine need not have. */
export const initPrograms: ReadonlySet<string> = new Set(["tini", "dumb-init"]);

/**
 * Says at once that an image's program is neither in the image nor on this machine.
 *
 * @throws Error that names the base image and the way out
 */
export function throwIfNotStartable(state: StageState, sandbox: SandboxMode): void {
  const words = withoutInit([...(state.config.Entrypoint ?? []), ...(state.config.Cmd ?? [])]);
  const [program] = words;
  if (program === undefined || isOwn(program, state) || isThere(program, state, sandbox)) return;
  throw new Error(
    `Dockerfile: ${program} is not on this machine, which stands in for ${state.base}, and the app starts with it ` +
      `(${words.join(" ")}). Use --runtime docker, which starts the real image.`,
  );
}

/** The words of a command without an init program in front. */
export function withoutInit(command: readonly string[]): string[] {
  const words = [...command];
  while (initPrograms.has(posix.basename(words[0] ?? ""))) words.splice(0, 1 + optionsOf(words));
  return words;
}

/** How many words after the init program are its own. */
function optionsOf(words: readonly string[]): number {
  const command = words.findIndex((word, index) => index > 0 && !word.startsWith("-"));
  return command < 0 ? words.length - 1 : command - 1;
}

/** Its place is the image's own folder, so no base image brings it: the build succeeds, and the task fails. */
function isOwn(program: string, { tree, config }: StageState): boolean {
  const index = new TreeIndex(tree);
  const directory = index.resolve(".", config.WorkingDir);
  return (
    program.includes("/") && directory !== "" && index.resolve(program, config.WorkingDir).startsWith(`${directory}/`)
  );
}

function isThere(program: string, { tree, config }: StageState, sandbox: SandboxMode): boolean {
  if (posix.basename(program) === "node") return true;
  const index = new TreeIndex(tree);
  const path = config.Env.find((text) => text.startsWith("PATH="))?.slice("PATH=".length) ?? defaultPath;
  const candidates = program.includes("/")
    ? [index.resolve(program, config.WorkingDir)]
    : path.split(":").map((directory) => index.resolve(program, directory));
  const systems = sandbox.kind === "namespaces" ? /^(usr|bin|sbin|lib\w*)\// : /^(usr\/)?(local\/)?s?bin\//;
  return candidates.some((found) => index.get(found) !== undefined || (systems.test(found) && existsSync(`/${found}`)));
}
