import type { Actor } from "../actor";
import type { Stack } from "../stack";
import { app } from "./app";
import { build } from "./build";
import { deploy } from "./deploy";
import { accessLogs, notifications, rules, slack, start } from "./events";
import { hook } from "./hook";
import { hookInvoker, infrastructure, releaseFunction } from "./native";
import { pipeline } from "./pipeline";
import { stackAfter, stackBefore, startPromotion, strangers, tell } from "./promotion";
import { execution, layers } from "./tasks";
import { tests } from "./tests";

/** Everyone who calls AWS in a release. A role or a grant that none of these needs fails test/iam.spec.ts. */
export const actors: readonly Actor[] = [
  pipeline,
  tests,
  build,
  deploy,
  infrastructure,
  hookInvoker,
  releaseFunction,
  rules,
  hook,
  execution,
  layers,
  app,
  start,
  notifications,
  slack,
  accessLogs,
  tell,
  startPromotion,
  stackAfter,
  stackBefore,
  strangers,
];

/** Those who are there in a stack: without notifications there is no role for Slack, say. */
export function actorsOf(stack: Stack): readonly Actor[] {
  return actors.filter(({ role }) => role === undefined || stack.role(role) !== undefined);
}
