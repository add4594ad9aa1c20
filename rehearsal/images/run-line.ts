import { posix } from "node:path";
import { shellQuote } from "./shell-quote";

/** A RUN line as it is carried out on this machine. */
export interface RunPlan {
  /** For `sh -c`; every path of the image points into its file system on disk. Undefined when nothing is left to run. */
  readonly script: string | undefined;
  /** Commands of the line that are left out, each with the reason. */
  readonly skipped: readonly string[];
}

export interface RunContext {
  /** The image's file system on disk. */
  readonly root: string;
  /** The image's WORKDIR. */
  readonly workingDirectory: string;
  /** ENV and ARG. */
  readonly variables: ReadonlyMap<string, string>;
}

const nodeCommands = new Set(["node", "npm", "npx", "yarn", "yarnpkg", "pnpm", "pnpx", "corepack"]);
const fileCommands = new Set(["mkdir", "rm", "cp", "mv", "chmod", "touch", "ls"]);
const controlWords = new Set([
  "if",
  "then",
  "else",
  "elif",
  "fi",
  "for",
  "while",
  "until",
  "do",
  "done",
  "case",
  "esac",
  "!",
]);
const shellCommands = new Set(["echo", "true", "export", "set", "cd"]);

type Token =
  | { readonly kind: "word"; readonly value: string; readonly isPattern: boolean }
  | { readonly kind: "operator"; readonly value: "&&" | "||" | ";" | ">" | ">>" };

/**
 * Decides what of a RUN line is carried out: Node and its package managers, and file commands inside the image.
 * Everything else (`apk`, `curl`, `adduser`, …) would change the person's machine, not an image; it counts as done.
 */
export function planRun(line: string, context: RunContext): RunPlan {
  let tokens: Token[];
  try {
    tokens = tokenize(line, context.variables);
  } catch (error) {
    return { script: undefined, skipped: [`${line} (${(error as Error).message})`] };
  }
  const skipped: string[] = [];
  const parts: string[] = [];
  let workingDirectory = context.workingDirectory;
  let didAnything = false;
  for (let at = 0; at < tokens.length; at++) {
    const end = tokens.findIndex(
      (token, index) => index >= at && token.kind === "operator" && !token.value.startsWith(">"),
    );
    const command = tokens.slice(at, end < 0 ? undefined : end);
    const rewritten = rewrite(command, { ...context, workingDirectory });
    if (rewritten.script === undefined) skipped.push(`${rewritten.text} (${rewritten.reason})`);
    else didAnything = true;
    if (rewritten.changesTo !== undefined) workingDirectory = rewritten.changesTo;
    parts.push(rewritten.script ?? "true");
    if (end < 0) break;
    parts.push(tokens[end]!.value);
    at = end;
  }
  return { script: didAnything ? parts.join(" ") : undefined, skipped };
}

interface Rewritten {
  readonly text: string;
  readonly script?: string;
  readonly reason?: string;
  /** `cd` went here, a path of the image. */
  readonly changesTo?: string;
}

function rewrite(tokens: readonly Token[], context: RunContext): Rewritten {
  const words: Token[] = [];
  let redirection = "";
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]!;
    if (token.kind === "word") words.push(token);
    else redirection += ` ${token.value} ${onDisk(tokens[++at]?.value ?? "", context)}`;
  }
  const text = tokens.map(({ value }) => value).join(" ");
  const first = words.findIndex(({ value }) => !/^[A-Za-z_]\w*=/.test(value));
  const assignments = words.slice(0, first < 0 ? undefined : first).map(({ value }) => quoteAssignment(value));
  if (first < 0) return words.length > 0 ? { text, script: assignments.join(" ") } : { text, script: "true" };
  const [{ value: name }, ...rest] = words.slice(first) as [Token, ...Token[]];
  const run = (argumentTexts: readonly string[]): string =>
    [...assignments, name, ...argumentTexts].join(" ") + redirection;

  if (name === "npm" && rest[0]?.value === "cache")
    return { text, reason: "the cache is this machine's, not the image's" };
  if (nodeCommands.has(name)) {
    const mapped = rest.map(({ value }) => shellQuote(mapPath(value, context)));
    // Where it would write beside this machine's own Node otherwise.
    if (name === "corepack" && rest[0]?.value === "enable")
      mapped.push("--install-directory", shellQuote(`${context.root}/usr/local/bin`));
    return { text, script: run(mapped) };
  }
  if (fileCommands.has(name)) {
    let isMode = name === "chmod";
    const mapped = rest.map((word) => {
      if (word.value.startsWith("-")) return shellQuote(word.value);
      if (isMode) {
        isMode = false;
        return shellQuote(word.value);
      }
      return onDisk(word.value, context, word.kind === "word" && word.isPattern);
    });
    return { text, script: run(mapped) };
  }
  if (name === "cd") {
    const changesTo = posix.resolve("/", context.workingDirectory, home(rest[0]?.value ?? "~"));
    return { text, script: run([shellQuote(context.root + changesTo)]), changesTo };
  }
  if (name === "export") return { text, script: run(rest.map(({ value }) => quoteAssignment(value))) };
  if (shellCommands.has(name)) return { text, script: run(rest.map(({ value }) => shellQuote(value))) };
  return { text, reason: "not a Node or file command" };
}

/** `/app/x` of the image as its place on disk; a relative path too, so that `..` cannot leave the image. */
function onDisk(path: string, { root, workingDirectory }: RunContext, isPattern = false): string {
  if (path === "/dev/null") return path;
  // `cp -r dir/. x` and `cp x dir/` mean something else than without their ending.
  const ending = /\/\.?$/.exec(path)?.[0] ?? "";
  const mapped = root + posix.resolve("/", workingDirectory, home(path)) + ending;
  return isPattern
    ? mapped
        .split(/([*?]+)/)
        .map((part, index) => (index % 2 || part === "" ? part : shellQuote(part)))
        .join("")
    : shellQuote(mapped);
}

/** An absolute path after `=` or on its own, as `--prefix=/app`. */
function mapPath(word: string, { root, workingDirectory }: RunContext): string {
  return word.replace(/^((?:--?[\w-]+=)?)(\/(?!\/).*)$/, (all, option: string, path: string) =>
    path.startsWith("/dev/") ? all : option + root + posix.resolve("/", workingDirectory, path),
  );
}

function home(path: string): string {
  return path.replace(/^~(?=\/|$)/, "/root");
}

function quoteAssignment(text: string): string {
  const equals = text.indexOf("=");
  return equals < 0 ? shellQuote(text) : `${text.slice(0, equals + 1)}${shellQuote(text.slice(equals + 1))}`;
}

/** @throws Error naming the shell syntax that is not understood: what is not understood is not run. */
function tokenize(line: string, variables: ReadonlyMap<string, string>): Token[] {
  const tokens: Token[] = [];
  let value: string | undefined;
  let isPattern = false;
  const endWord = (): void => {
    if (value !== undefined) tokens.push({ kind: "word", value, isPattern });
    value = undefined;
    isPattern = false;
  };
  const lexer =
    /(?<space>[ \t]+|2>&1|[12]?>\s*\/dev\/null)|(?<operator>&&|\|\||[;\n]|>>?)|'(?<single>[^']*)'|"(?<double>(?:[^"\\]|\\[^])*)"|\\(?<escaped>[^])|(?<bare>(?:[^\s&|;<>()'"\\`$*?#{}]|\$\w+|\$\{\w+\}|(?<=\S)#)+)|(?<glob>[*?]+)|(?<other>[^])/gy;
  for (const { groups } of line.matchAll(lexer)) {
    const { space, operator, single, double, escaped, bare, glob, other } = groups!;
    if (other !== undefined) throw new Error(`shell syntax that is not performed here: ${other}`);
    if (space !== undefined) endWord();
    else if (operator !== undefined) {
      if (operator.startsWith(">") && value !== undefined && /^\d$/.test(value)) {
        throw new Error(`shell syntax that is not performed here: ${value}${operator}`);
      }
      endWord();
      tokens.push({ kind: "operator", value: operator === "\n" ? ";" : (operator as ";") });
    } else if (glob !== undefined) {
      value = (value ?? "") + glob;
      isPattern = true;
    } else if (single !== undefined) value = (value ?? "") + single;
    else if (escaped !== undefined) value = (value ?? "") + escaped;
    else if (double !== undefined) value = (value ?? "") + expand(double.replace(/\\(["\\`])/g, "$1"), variables);
    else value = (value ?? "") + expand(bare ?? "", variables);
  }
  endWord();
  const control = tokens.find((token, at) => controlWords.has(token.value) && tokens[at - 1]?.kind !== "word");
  if (control !== undefined) throw new Error(`shell syntax that is not performed here: ${control.value}`);
  return tokens;
}

function expand(text: string, variables: ReadonlyMap<string, string>): string {
  const expanded = text.replace(/\\\$|\$(?:(\w+)|\{(\w+)\})/g, (found, bare?: string, braced?: string) =>
    found === "\\$" ? "\0" : (variables.get(bare ?? braced ?? "") ?? ""),
  );
  if (/[$`]/.test(expanded)) throw new Error("shell syntax that is not performed here: $ or `");
  return expanded.replaceAll("\0", "$");
}
