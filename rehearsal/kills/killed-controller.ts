import type { ControllerProcess } from "../controller/controller-process";
import type { TaskSet } from "../ecs/task-set";
import type { TimelineEvent } from "../events";
import type { Controller, Stage } from "../faults/stage";
import type { Path } from "./paths";

/** A release of either controller's, which can be killed. */
export interface Release {
  /** By which the timeline's events name it. */
  readonly id: string;
  /** Green's name for people. */
  readonly label: string;
  readonly blue: TaskSet;
  readonly controller: ControllerProcess<unknown>;
  run(): Promise<{ readonly status: string; readonly reason?: string }>;
  /** Ends the step under way, for what `By` names. */
  interrupt(kind: string): void;
  /** Does what a person does at this event of its own, if anything. */
  proceed(event: TimelineEvent): void;
}

/** A path on which the controller is killed. */
export interface KilledPath {
  readonly path: Path;
  /** The first of its steps in which there are kills, and the first one in which there are none any more. */
  readonly from: number;
  readonly until: number;
  /** Whether its end leaves something to do. */
  readonly leaves: boolean;
  /** A release that is performed before it, and leaves what it is about. @default none */
  readonly after?: Path;
}

/** Killed from its last trouble to its end: up to there, the path is one that another path begins with, too. */
export function toTheEnd(path: Path, leaves: boolean): KilledPath {
  return { path, from: path.troubles.at(-1)?.index ?? -1, until: Infinity, leaves };
}

/** What the matrix has to know of a deployment controller. */
export interface KilledController {
  readonly name: Controller;
  /** Of its stacks. */
  readonly settings: Readonly<Record<string, string>>;
  /** Files of an app that does not come up, as a stack of this controller's notices it soonest. */
  readonly failingApp: Readonly<Record<string, string>>;
  paths(): readonly KilledPath[];
  /** A release of the image, whose hooks ask the stage, to be run by whoever asks. */
  release(stage: Stage, image: string): Release;
  /** Does what the end of a release has left to do; `blue` is to be live again. */
  finish(stage: Stage, blue: TaskSet, image: string): Promise<void>;
}
