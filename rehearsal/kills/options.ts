import { parseArgs } from "node:util";
import { codeDeploy } from "./code-deploy";
import { ecs } from "./ecs";
import type { KilledController, KilledPath } from "./killed-controller";

/** What is to be killed: these paths of this controller's. */
export interface Chosen {
  readonly controller: KilledController;
  readonly paths: readonly KilledPath[];
}

const controllers: readonly KilledController[] = [codeDeploy, ecs];

const usage =
  "Usage: npm run kills -- [--controller CODE_DEPLOY|ECS (default: both)] [--path NAME (of one path only; default: all)]";

/** @throws Error that names every mistake, and how it is used */
export function parseKillsOptions(argv: readonly string[]): Chosen[] {
  const option = { type: "string" } as const;
  const parsed = parseArgs({ args: [...argv], options: { controller: option, path: option }, strict: false });
  const { controller, path, ...unknown } = parsed.values;
  const mistakes = [...Object.keys(unknown).map((name) => `--${name}`), ...parsed.positionals].map(
    (text) => `${text}: there is no such option`,
  );
  const named = controllers.filter(({ name }) => controller === undefined || name === controller);
  const names = controllers.map(({ name }) => name).join(" or ");
  if (named.length === 0) mistakes.push(`--controller: expected ${names}, got ${JSON.stringify(controller)}`);
  const all = (named.length === 0 ? controllers : named).map((one) => ({ controller: one, paths: one.paths() }));
  const chosen = all.map((one) => ({
    ...one,
    paths: one.paths.filter((killed) => path === undefined || killed.path.name === path),
  }));
  if (chosen.every(({ paths }) => paths.length === 0)) {
    const known = all.flatMap(({ paths }) => paths.map((killed) => `  ${killed.path.name}`)).join("\n");
    mistakes.push(`--path: there is no ${JSON.stringify(path)}; there are\n${known}`);
  }
  if (mistakes.length > 0) throw new Error([...mistakes, usage].join("\n"));
  return chosen.filter(({ paths }) => paths.length > 0);
}
