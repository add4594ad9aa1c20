import { posix } from "node:path";
import { replaceVariables } from "./dockerfile";
import type { Step } from "./step";
import type { Tree } from "./tree";
import { TreeIndex } from "./tree-index";

/** A `--mount` of a RUN. Source: Dockerfile reference, RUN --mount. */
export type RunMount = { readonly target: string } & (
  | {
      readonly type: "bind";
      readonly tree: Tree;
      /** The one file in `tree` that is mounted. @default the whole tree is */
      readonly name: string | undefined;
      readonly isWritable: boolean;
    }
  | { readonly type: "cache"; readonly id: string }
  | { readonly type: "tmpfs" }
);

/** @throws Error for a mount that is not known, or that needs what only the person has */
export function readRunMounts(step: Step): readonly RunMount[] {
  return step.instruction.flags.filter(([name]) => name === "mount").flatMap(([, value]) => readMount(step, value));
}

function readMount(step: Step, text: string): RunMount[] {
  const fields = new Map(
    replaceVariables(text, step.variables)
      .split(",")
      .map((part) => part.split(/=(.*)/s, 2) as [string, string | undefined]),
  );
  const field = (...names: string[]): string | undefined => names.map((name) => fields.get(name)).find(Boolean);
  const isSet = (...names: string[]): boolean => names.some((name) => fields.has(name) && fields.get(name) !== "false");
  const type = field("type") ?? "bind";
  if (type === "secret" || type === "ssh") {
    // As for Docker, one that is not given is not there.
    if (!isSet("required")) return [];
    throw step.error(`a RUN with --mount=type=${type} needs a ${type} that is not here. Use --runtime docker.`);
  }
  const given = field("target", "dst", "destination");
  if (given === undefined) throw step.error(`--mount=${text} names no target`);
  const target = `/${new TreeIndex(step.state.tree).resolve(given, step.state.config.WorkingDir)}`;
  if (type === "tmpfs") return [{ type, target }];
  if (type === "cache") return [{ type, target, id: field("id") ?? target }];
  if (type !== "bind") throw step.error(`--mount=type=${type} is not known: use bind, cache, tmpfs, secret or ssh`);
  const from = field("from");
  const source = field("source", "src") ?? "/";
  const { tree, isFile } = step.selectAlone(from, source);
  const name = isFile ? posix.basename(source) : undefined;
  return [{ type, target, tree, name, isWritable: isSet("rw", "readwrite") }];
}
