import { digestOf } from "./blob-store";
import { replaceVariables } from "./dockerfile";
import type { StageState, Step } from "./step";
import { overlay } from "./copy";

/** COPY, and ADD of files. @throws Error for what is not performed here */
export function copy(step: Step): Promise<StageState> {
  const { instruction, state, variables } = step;
  const flags = new Map(instruction.flags);
  if (instruction.hasHeredoc) throw step.error(`${instruction.keyword} <<EOF is not performed here`);
  const sources = instruction.execForm?.map((path) => replaceVariables(path, variables)) ?? step.replaced.split(/\s+/);
  const destination = sources.pop() ?? "";
  if (sources.length === 0) throw step.error(`${instruction.keyword} needs a source and a destination`);
  const remote = sources.find((path) => /^(https?|git):/.test(path));
  if (remote !== undefined) throw step.error(`ADD of ${remote} is not performed here; COPY a file`);
  const from = flags.get("from");
  const selected = step.select(from && replaceVariables(from, variables), { sources, destination });
  const mode = flags.has("chmod") ? parseInt(flags.get("chmod") ?? "", 8) : undefined;
  const added = selected.map((entry) => (mode && entry.type === "file" ? { ...entry, mode } : entry));
  return step.cached(() => Promise.resolve(overlay(state.tree, added)), digestOf(JSON.stringify(added)));
}
