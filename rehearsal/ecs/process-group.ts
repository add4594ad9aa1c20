/** Learns of every process group while it runs, so that nothing outlives the rehearsal even if it is killed. */
export interface ProcessRegistry {
  /** Belongs in the environment of every process: by it those are found that have left their group. @default nothing */
  readonly mark?: Readonly<Record<string, string>>;
  add(pgid: number): void;
  remove(pgid: number): void;
}

/** Signals every process of a group; a group that is gone is none of our concern. Signal 0 only asks. */
export function signalGroup(pgid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-pgid, signal);
  } catch (error) {
    // EPERM: on macOS, a group of which only zombies are left.
    if (["ESRCH", "EPERM"].includes((error as NodeJS.ErrnoException).code ?? "")) return false;
    throw error;
  }
}
