import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseEnv } from "node:util";
import type { CommandLine } from "./command-line";

/** Source: POSIX.1-2017, 3.235 "Name"; ECS takes these, too. */
const validName = /^[A-Za-z_]\w*$/;

/**
 * The app's variables on a command line: `--env NAME=VALUE`, `--env NAME` with the value that it has here, and
 * `--env-file FILE`. A single variable takes the place of a file's.
 */
export function appVariables(
  line: CommandLine,
  directory: string,
  outside: NodeJS.ProcessEnv = process.env,
): Readonly<Record<string, string>> {
  const variables = new Map<string, string>();
  for (const file of line.texts("env-file")) {
    try {
      const read = parseEnv(readFileSync(resolve(directory, file), "utf8"));
      for (const [name, value] of Object.entries(read)) variables.set(name, value ?? "");
    } catch {
      line.wrong("env-file", "a file with one NAME=VALUE a line", file);
    }
  }
  for (const text of line.texts("env")) {
    const [name = ""] = text.split("=");
    const value = text.includes("=") ? text.slice(name.length + 1) : outside[name];
    if (!validName.test(name)) line.wrong("env", "NAME=VALUE", text);
    else if (value === undefined) line.wrong("env", `NAME=VALUE, or the name of a variable that is set here`, text);
    else variables.set(name, value);
  }
  if (variables.has("PORT")) line.wrong("env", "--port N, which sets PORT", `PORT=${variables.get("PORT")}`);
  return Object.fromEntries(variables);
}
