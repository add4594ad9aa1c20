/** Somebody (a person, an alarm) wants the step under way to end. */
export class Interrupted extends Error {
  /** @param kind who wants it, as a word for the deployment */
  constructor(
    readonly kind: string,
    reason: string,
  ) {
    super(reason);
  }
}

/** Whether a deployment was asked to end what it does. Only the first request counts. */
export class Interruption {
  private readonly controller = new AbortController();

  /** Aborted with `Interrupted`. */
  readonly signal = this.controller.signal;

  request(kind: string, reason: string): void {
    this.controller.abort(new Interrupted(kind, reason));
  }
}
