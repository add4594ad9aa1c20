import type { Source } from "../events";
import type { Recorder } from "../graph/recorder";
import type { TrafficClass } from "../traffic/mix";
import type { Stage } from "./stage";

/**
 * What came of it: `stopped` by a person, a time limit or an alarm, and gone back; `refused` before any task was started;
 * `not created` when the program itself refuses its settings.
 */
export type EndState = "released" | "rolled back" | "stopped" | "refused" | "not created";

/** One row of the table: what goes wrong, and what must come of it. */
export interface Fault {
  readonly name: string;
  /** What goes wrong, for people. */
  readonly fault: string;
  /** Take the place of the stack's settings. @default none */
  readonly settings?: Readonly<Record<string, string | undefined>>;
  /** Changes the account before the stack is performed. @default nothing */
  readonly alterGraph?: (recorder: Recorder) => void;
  /** @default fresh and kept connections to `/` */
  readonly mix?: readonly TrafficClass[];
  readonly expected: {
    readonly endState: EndState;
    /** The version that alone runs afterwards. @default v2 if released, else v1 */
    readonly live?: string;
    /** The one version whose own requests production may lose; it must lose some. @default nobody loses any */
    readonly losing?: string;
    /** The same, and it may lose none. @default nobody loses any */
    readonly mayLose?: string;
    /** Who says what about it; a release that does not go through must end with these words, too. */
    readonly noticed: { readonly by: Source | "pulumi"; readonly saying: RegExp };
  };
  /** Injects the fault, and resolves when the release has ended; with something that was measured, for people. */
  readonly run: (stage: Stage) => Promise<unknown>;
}
