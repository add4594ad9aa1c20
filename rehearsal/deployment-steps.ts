import type { TimelineEvent } from "./events";

/** What a step of a deployment does, for those who watch a release, whichever controller performs it. */
export type Effect =
  | "install"
  | "shiftTest"
  /** Green gets its first share of production. */
  | "shiftProduction"
  /** Blue goes on running. */
  | "keepBlue"
  | "endBlue"
  /** Production goes back to blue. */
  | "goBack"
  /** The last of the way back. */
  | "undo"
  /** Nothing goes on, nothing goes back: green is left as it is. */
  | "leave";

export interface WatchedStep {
  readonly phase: "started" | "succeeded" | "failed";
  readonly effects: readonly Effect[];
  /** The step's name, as its controller has it. */
  readonly name: string;
}

const effects: Readonly<Record<string, readonly Effect[]>> = {
  // CodeDeploy's
  Install: ["install"],
  AllowTestTraffic: ["shiftTest"],
  AllowTraffic: ["shiftProduction"],
  terminationWait: ["keepBlue"],
  terminateBlue: ["endBlue"],
  rollback: ["goBack", "undo"],
  // ECS's
  RECONCILE_SERVICE: ["goBack"],
  SCALE_UP: ["install"],
  TEST_TRAFFIC_SHIFT: ["shiftTest"],
  PRODUCTION_TRAFFIC_SHIFT: ["shiftProduction"],
  BAKE_TIME: ["keepBlue"],
  CLEAN_UP: ["endBlue"],
  "rollback PRODUCTION_TRAFFIC_SHIFT": ["goBack"],
  "rollback CLEAN_UP": ["undo"],
  stop: ["leave"],
};

/** The step of which an event tells; undefined for other events. A shift of a part of production has not succeeded yet. */
export function watchedStep({ source, type, detail }: TimelineEvent): WatchedStep | undefined {
  const { step: name, greenPercent } = detail;
  const [, phase] = /^lifecycle\.(started|succeeded|failed)$/.exec(type) ?? [];
  if ((source !== "codedeploy" && source !== "ecs") || phase === undefined || typeof name !== "string")
    return undefined;
  const partly = typeof greenPercent === "number" && greenPercent < 100 && phase === "succeeded";
  return { phase: phase as WatchedStep["phase"], effects: partly ? [] : (effects[name] ?? []), name };
}

export type DeploymentEnd = "released" | "rolled back" | "stopped" | "stuck";

const ends: Readonly<Record<string, DeploymentEnd>> = {
  "codedeploy deployment.succeeded": "released",
  "codedeploy deployment.failed": "rolled back",
  "codedeploy deployment.stopped": "stopped",
  "ecs deployment.successful": "released",
  "ecs deployment.rollback_successful": "rolled back",
  "ecs deployment.rollback_failed": "stuck",
  "ecs deployment.stopped": "stopped",
};

/** How the deployment ended of whose end an event tells; undefined for other events. */
export function deploymentEnd({ source, type }: TimelineEvent): DeploymentEnd | undefined {
  return ends[`${source} ${type}`];
}
