import type { AllowedCall } from "../sandbox/relay";

/** `--network`. */
export type NetworkChoice = "machine" | "own";

/**
 * The network that tasks start in. In this machine's, each has a free port as PORT; in one of its own, it has the
 * container's port, whatever other tasks listen on.
 */
export class TaskNetwork {
  private hasMoved = false;

  /**
   * @param choice @default this machine's, until an app is seen to ignore PORT
   * @param unavailable why no network of its own can be had; undefined if it can
   * @param allowed what tasks may call from networks of their own
   */
  constructor(
    private readonly choice?: NetworkChoice,
    private readonly unavailable?: string,
    readonly allowed: readonly AllowedCall[] = [],
  ) {}

  get isOwn(): boolean {
    return this.choice === "own" || this.hasMoved;
  }

  /** Why tasks do not move to networks of their own; undefined if they do. */
  get whyNotOwn(): string | undefined {
    return this.choice === "machine" ? "--network machine was given" : this.unavailable;
  }

  /** Tasks start in networks of their own from now on. Returns whether that is new. */
  move(): boolean {
    if (this.isOwn || this.whyNotOwn !== undefined) return false;
    this.hasMoved = true;
    return true;
  }
}
