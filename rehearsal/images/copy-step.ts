import { posix } from "node:path";
import { digestOf } from "./blob-store";
import { extractArchives } from "./archives";
import { overlay } from "./copy";
import { replaceVariables } from "./dockerfile";
import type { StageState, Step } from "./step";
import type { Tree, TreeEntry } from "./tree";
import { TreeIndex } from "./tree-index";

/** COPY and ADD. @throws Error for what is not performed here */
export async function copy(step: Step): Promise<StageState> {
  const { instruction, state, build, variables } = step;
  const flags = new Map(instruction.flags);
  if (flags.has("chown")) build.notes.ownersAreNotKept();
  const firstLine = step.replaced.split("\n")[0] ?? "";
  const words = instruction.execForm?.map((path) => replaceVariables(path, variables)) ?? firstLine.split(/\s+/);
  const destination = words.pop() ?? "";
  const sources = words.filter((word) => !isHeredoc(word));
  if (words.length === 0) throw step.error(`${instruction.keyword} needs a source and a destination`);
  const remote = sources.find((path) => /^(https?|git|ssh):|^git@/.test(path));
  if (remote !== undefined)
    throw step.error(`ADD of ${remote} is not performed here. COPY a file, or use --runtime docker.`);
  const from = flags.get("from");
  const excluded = instruction.flags.find(([name]) => name === "exclude");
  if (excluded) throw step.error(`${instruction.keyword} --exclude is not performed here. Use --runtime docker.`);
  const request = { destination, keepsParents: flags.has("parents") };
  const files =
    sources.length > 0 ? step.select(from && replaceVariables(from, variables), { ...request, sources }) : [];
  const written = [...files, ...(await heredocFiles(step, destination))];
  const mode = readMode(step, flags.get("chmod"));
  const added = written.map((entry) => (mode !== undefined && entry.type !== "link" ? { ...entry, mode } : entry));
  const archives = instruction.keyword === "ADD" && from === undefined ? added : [];
  return step.cached(
    async () => {
      const plain = await extractArchives(step, archives, added, sources);
      return step.attempt(() => overlay(state.tree, plain));
    },
    digestOf(JSON.stringify(added)),
  );
}

function isHeredoc(word: string): boolean {
  return word.startsWith("<<");
}

/** Each here-document as a file: of its own name in a folder, or as the destination. */
async function heredocFiles(step: Step, destination: string): Promise<Tree> {
  const { instruction, state, build, variables } = step;
  const index = new TreeIndex(state.tree);
  const target = step.attempt(() => index.resolve(destination, state.config.WorkingDir));
  const isDirectory = destination.endsWith("/") || index.isDirectory(target);
  return Promise.all(
    instruction.heredocs.map(async ({ name, content, isLiteral }): Promise<TreeEntry> => {
      const text = isLiteral ? content : replaceVariables(content, variables);
      const path = isDirectory ? posix.join(target, name) : target;
      return {
        path,
        type: "file",
        mode: 0o644,
        digest: await build.store.blobs.put(text),
        bytes: Buffer.byteLength(text),
      };
    }),
  );
}

function readMode(step: Step, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = replaceVariables(text, step.variables);
  if (!/^[0-7]{3,4}$/.test(value)) throw step.error(`--chmod=${value} is not performed here: use three octal digits`);
  return parseInt(value, 8) & 0o777;
}
