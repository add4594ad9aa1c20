export type ExecutionMode = "SUPERSEDED" | "QUEUED";

interface Waiting {
  readonly enter: () => void;
  readonly supersede: () => void;
}

/**
 * The door of one stage: a single execution is inside at a time. Those that come meanwhile wait: in SUPERSEDED mode only
 * the newest, in QUEUED mode all in turn. Source: CodePipeline user guide, concepts-how-it-works.
 */
export class StageGate {
  private occupied = false;
  private waiting: Waiting[] = [];

  constructor(private readonly mode: ExecutionMode) {}

  /** Resolves once inside (then `leave` is owed), or with `superseded` when a newer execution took the place. */
  async enter(): Promise<"entered" | "superseded"> {
    if (!this.occupied) {
      this.occupied = true;
      return "entered";
    }
    if (this.mode === "SUPERSEDED") this.waiting.splice(0).forEach(({ supersede }) => supersede());
    return new Promise((resolve) => {
      this.waiting.push({ enter: () => resolve("entered"), supersede: () => resolve("superseded") });
    });
  }

  /** Lets the next one in. */
  leave(): void {
    const next = this.waiting.shift();
    if (next) next.enter();
    else this.occupied = false;
  }
}
