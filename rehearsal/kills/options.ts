import { CommandLine } from "../command-line";
import { codeDeploy } from "./code-deploy";
import { ecs } from "./ecs";
import type { KilledController, KilledPath } from "./killed-controller";

/** What is to be killed: these paths of this controller's. */
export interface Chosen {
  readonly controller: KilledController;
  readonly paths: readonly KilledPath[];
}

const controllers: readonly KilledController[] = [codeDeploy, ecs];

export interface KillsOptions {
  readonly chosen: readonly Chosen[];
  /** Of how many points one is performed. */
  readonly every: number;
}

const usage =
  "Usage: npm run kills -- [--controller CODE_DEPLOY|ECS (default: both)] [--path NAME (of one path only; default: all)] " +
  "[--every N (one of N points only; default 1)]";

/** @throws UsageError that names every mistake */
export function parseKillsOptions(argv: readonly string[]): KillsOptions {
  const option = { type: "string" } as const;
  const line = new CommandLine(argv, { controller: option, path: option, every: option });
  const names = controllers.map(({ name }) => name);
  const controller = line.choice("controller", names);
  const path = line.text("path");
  // One that is not there is a mistake already.
  const isKnown = controller !== undefined && names.includes(controller);
  const all = controllers
    .filter(({ name }) => !isKnown || name === controller)
    .map((one) => ({ controller: one, paths: one.paths() }));
  const chosen = all
    .map((one) => ({ ...one, paths: one.paths.filter((killed) => path === undefined || killed.path.name === path) }))
    .filter(({ paths }) => paths.length > 0);
  const known = all.flatMap(({ paths }) => paths.map((killed) => `\n    ${killed.path.name}`));
  if (chosen.length === 0) line.wrong("path", `one of ${known.join("")}\n   `);
  const every = line.number("every", { least: 1, most: 100, fallback: 1, whole: true });
  line.refuseMistakes(usage);
  return { chosen, every };
}
