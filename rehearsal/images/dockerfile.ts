import type { Flag, Instruction as ParsedInstruction, Property } from "dockerfile-ast";
import { DockerfileParser } from "dockerfile-ast";
import { type Heredoc, joinContinuations, readHeredocs } from "./heredoc";

/** One instruction, its continuation lines joined. */
export interface Instruction {
  /** Counted from 1. */
  readonly line: number;
  /** In capital letters. */
  readonly keyword: string;
  /** Everything after the keyword, flags included; variables not yet replaced. */
  readonly text: string;
  /** `--from=build` as `["from", "build"]`, in order. */
  readonly flags: readonly (readonly [name: string, value: string])[];
  /** What follows the flags. */
  readonly argument: string;
  /** The exec form (`["node", "server.js"]`), undefined for the shell form. */
  readonly execForm: readonly string[] | undefined;
  /** `NAME=value` pairs of ARG, ENV and LABEL; an ARG may have no value. */
  readonly pairs: readonly Pair[];
  /** The here-documents that follow, in order. */
  readonly heredocs: readonly Heredoc[];
}

export interface Pair {
  readonly name: string;
  readonly value: string | undefined;
  /** In single quotes: variables are left as they are. */
  readonly isLiteral: boolean;
}

export interface Stage {
  readonly line: number;
  /** The base: an image or an earlier stage; variables not yet replaced. */
  readonly from: string;
  /** `AS name` */
  readonly name: string | undefined;
  readonly instructions: readonly Instruction[];
}

export interface Dockerfile {
  /** ARG before the first FROM: known to FROM lines only. */
  readonly globalArguments: readonly Instruction[];
  readonly stages: readonly [Stage, ...Stage[]];
}

const keywords = new Set(
  ["ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER"].concat([
    "ONBUILD",
    "RUN",
    "SHELL",
    "STOPSIGNAL",
    "USER",
    "VOLUME",
    "WORKDIR",
  ]),
);

/**
 * Reads a Dockerfile. Source: Dockerfile reference, docs.docker.com/reference/dockerfile.
 * @throws Error naming every wrong line.
 */
export function parseDockerfile(text: string): Dockerfile {
  const parsed = DockerfileParser.parse(text);
  const instructions = parsed
    .getInstructions()
    .map((instruction) => toInstruction(instruction, parsed.getEscapeCharacter()));
  const problems: string[] = [];
  const globalArguments: Instruction[] = [];
  const stages: (Stage & { instructions: Instruction[] })[] = [];
  for (const instruction of instructions) {
    const { line, keyword, argument } = instruction;
    const stage = stages.at(-1);
    if (!keywords.has(keyword)) problems.push(`line ${line}: unknown instruction: ${keyword}`);
    else if (argument === "") problems.push(`line ${line}: ${keyword} needs an argument`);
    else if (keyword === "FROM") {
      const [, from, name] = /^(\S+)(?:\s+as\s+(\S+))?$/i.exec(argument) ?? [];
      if (from === undefined) problems.push(`line ${line}: FROM takes an image, or an image AS a name: ${argument}`);
      else stages.push({ line, from, name: name?.toLowerCase(), instructions: [] });
    } else if (stage !== undefined) stage.instructions.push(instruction);
    else if (keyword === "ARG") globalArguments.push(instruction);
    else problems.push(`line ${line}: ${keyword} stands before FROM; only ARG may`);
  }
  const [first, ...others] = stages;
  if (first === undefined) problems.push("there is no FROM: a Dockerfile begins with the image that it builds on");
  if (first === undefined || problems.length > 0) throw new Error(`Dockerfile: ${problems.join("\nDockerfile: ")}`);
  return { globalArguments, stages: [first, ...others] };
}

function toInstruction(parsed: ParsedInstruction, escapeCharacter: string): Instruction {
  const keyword = parsed.getKeyword().toUpperCase();
  const raw = (parsed.getRawArgumentsContent() ?? "").trim();
  const heredocs = ["RUN", "COPY", "ADD"].includes(keyword) ? readHeredocs(raw) : undefined;
  const content = heredocs ? raw : joinContinuations(raw, escapeCharacter);
  // The library gives each keyword a class of its own; these two methods belong to some of them.
  const special = parsed as unknown as Partial<SpecialInstruction>;
  const flags = (special.getFlags?.() ?? []).map((flag) => [flag.getName(), flag.getValue() ?? ""] as const);
  return {
    line: parsed.getRange().start.line + 1,
    keyword,
    text: [...flags.map(([name, value]) => `--${name}=${value}`), content].join(" "),
    flags,
    argument: content,
    execForm: parseExecForm(content),
    pairs: (special.getProperties?.() ?? []).map((property) => ({
      name: property.getName(),
      value: property.getValue() ?? undefined,
      isLiteral: property.getUnescapedValue()?.startsWith("'") ?? false,
    })),
    heredocs: heredocs ?? [],
  };
}

/** As Docker does: what is no JSON list of strings is the shell form. */
function parseExecForm(content: string): readonly string[] | undefined {
  if (!content.startsWith("[")) return undefined;
  try {
    const list: unknown = JSON.parse(content);
    return Array.isArray(list) && list.every((item) => typeof item === "string") ? list : undefined;
  } catch {
    return undefined;
  }
}

interface SpecialInstruction {
  getFlags(): Flag[];
  getProperties(): Property[];
}

/**
 * Replaces `$NAME`, `${NAME}`, `${NAME:-default}` and `${NAME:+alternative}`; `\$` stays a dollar sign.
 * Source: Dockerfile reference, "Environment replacement".
 */
export function replaceVariables(text: string, variables: ReadonlyMap<string, string>): string {
  return text.replace(
    /\\(\$)|\$(\w+)|\$\{(\w+)(?::([-+])([^}]*))?\}/g,
    (_, dollar?: string, bare?: string, braced?: string, operator?: string, word = "") => {
      if (dollar !== undefined) return dollar;
      const value = variables.get(bare ?? braced ?? "") ?? "";
      if (operator === "-") return value || (word as string);
      if (operator === "+") return value && (word as string);
      return value;
    },
  );
}
