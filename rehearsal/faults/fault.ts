import type { Source } from "../events";
import type { Controller, Stage, StageProps } from "./stage";

/**
 * What came of it: `stopped` by a person, a time limit or an alarm, and gone back; `stuck` on green, since there was no way
 * back; `refused` before any task was started; `not created` when the program itself refuses its settings.
 */
export type EndState = "released" | "rolled back" | "stopped" | "stuck" | "refused" | "not created";

/** What must come of a fault. */
export interface Expected {
  readonly endState: EndState;
  /** The version that alone runs afterwards. @default v2 if released, else v1 */
  readonly live?: string;
  /** The one version whose own requests production may lose; it must lose some. @default nobody loses any */
  readonly losing?: string;
  /** The same, and it may lose none. @default nobody loses any */
  readonly mayLose?: string;
  /** Who says what about it; a release that does not go through must end with these words, too. */
  readonly noticed: { readonly by: Source | "pulumi"; readonly saying: RegExp };
}

/** One row of the table: what goes wrong, and what must come of it. */
export interface Fault extends Pick<StageProps, "settings" | "existing" | "alterGraph" | "mix"> {
  readonly name: string;
  /** Which deployment controllers can meet it. @default both */
  readonly controllers?: readonly Controller[];
  /** What goes wrong, for people. */
  readonly fault: string;
  readonly expected: Expected;
  /** The words of ECS where it deploys by itself. @default those of `expected` */
  readonly ecsSaying?: RegExp;
  /** Injects the fault, and resolves when the release has ended; with something that was measured, for people. */
  readonly run: (stage: Stage) => Promise<unknown>;
}

/** A row on one of the controllers. */
export interface Row extends Fault {
  readonly controller: Controller;
}

/** The fault on each controller that can meet it. */
export function rowsOf(fault: Fault): Row[] {
  const { controllers = ["CODE_DEPLOY", "ECS"] } = fault;
  const suffix = controllers.length > 1 ? "-ecs" : "";
  return controllers.map((controller) =>
    controller === "ECS"
      ? { ...fault, controller, name: `${fault.name}${suffix}`, expected: onEcs(fault) }
      : { ...fault, controller },
  );
}

/** ECS itself notices what CodeDeploy would, and knows one way to end a deployment that was stopped: back. */
function onEcs({ expected, ecsSaying }: Fault): Expected {
  const { endState, noticed } = expected;
  return {
    ...expected,
    endState: endState === "stopped" ? "rolled back" : endState,
    noticed: { by: noticed.by === "codedeploy" ? "ecs" : noticed.by, saying: ecsSaying ?? noticed.saying },
  };
}
