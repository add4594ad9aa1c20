import { AwsError } from "./control-plane";

/** How a service's form differs from the SDK's input types. */
export interface InputNames {
  /** Members that the form names otherwise: the form's name, and the SDK's. */
  readonly members: Readonly<Record<string, string>>;
  /** The members that are whole numbers; a form knows only text. */
  readonly integers: readonly string[];
  /** The members that are `true` or `false`. */
  readonly booleans: readonly string[];
}

/** A form's keys as a tree: `Filter.1.Value.2=x` is Filter → 1 → Value → 2 → x. */
type Branch = Map<string, Branch | string>;

const deepestKey = 10;

/** The input that a query protocol's form holds, as the SDK's types have it. Throws `AwsError` when it cannot be read. */
export function readForm(form: URLSearchParams, names: InputNames): object {
  const root: Branch = new Map();
  for (const [key, value] of form) plant(root, key, value);
  return toObject(root, names);
}

function plant(root: Branch, key: string, value: string): void {
  const path = key.split(".");
  const last = path.pop()!;
  if (path.length >= deepestKey) throw malformed(key);
  let branch = root;
  for (const part of path) {
    const next = branch.get(part) ?? new Map<string, Branch | string>();
    if (typeof next === "string") throw malformed(key);
    branch.set(part, next);
    branch = next;
  }
  if (branch.has(last)) throw malformed(key);
  branch.set(last, value);
}

function toObject(branch: Branch, names: InputNames): object {
  return Object.fromEntries([...branch].map(([key, node]) => [names.members[key] ?? key, toValue(key, node, names)]));
}

function toValue(key: string, node: Branch | string, names: InputNames): unknown {
  if (typeof node === "string") return toScalar(key, node, names);
  // The AWS query protocol puts `member` before the number of a list's element; EC2's does not.
  const member = node.get("member");
  const list = node.size === 1 && member instanceof Map ? member : node;
  if (![...list.keys()].every((position) => /^\d+$/.test(position))) return toObject(node, names);
  const elements = [...list].sort(([a], [b]) => Number(a) - Number(b));
  return elements.map(([, element]) => toValue(key, element, names));
}

function toScalar(key: string, text: string, { integers, booleans }: InputNames): unknown {
  if (integers.includes(key)) {
    if (/^-?\d+$/.test(text)) return Number(text);
    throw new AwsError("InvalidParameterValue", `${key} must be a whole number; found "${text}"`);
  }
  if (booleans.includes(key)) {
    if (text === "true" || text === "false") return text === "true";
    throw new AwsError("InvalidParameterValue", `${key} must be true or false; found "${text}"`);
  }
  return text;
}

function malformed(key: string): AwsError {
  return new AwsError(
    "MalformedQueryString",
    `the form's key "${key.slice(0, 100)}" contradicts another, or is nested too deep`,
  );
}
