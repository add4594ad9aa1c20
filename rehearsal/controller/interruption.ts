/** Somebody (a person, an alarm) wants the process under way to end. */
export class Interrupted extends Error {
  /** @param kind what is wanted, as a word for the controller */
  constructor(
    readonly kind: string,
    reason: string,
  ) {
    super(reason);
  }
}

/** Whether the controller was asked to end what it does. Only the first request counts. */
export class Interruption {
  private readonly controller = new AbortController();

  /** Aborted with `Interrupted`. */
  readonly signal = this.controller.signal;

  request(kind: string, reason: string): void {
    this.controller.abort(new Interrupted(kind, reason));
  }
}
