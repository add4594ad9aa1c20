/**
 * Operations as a controller sees them: over a channel to the process that holds the cloud (the task sets, the load
 * balancer). A controller may die between an operation and its answer and then asks again, so each must be harmless when
 * repeated. Each takes one input at most; input and result must survive JSON.
 */
export type Remote<Operations> = {
  readonly [Name in keyof Operations]: Operations[Name] extends (...input: infer Input) => infer Result
    ? (...input: Input) => Promise<Awaited<Result>>
    : never;
};

/** From the controller: do this. */
export interface Call {
  readonly id: number;
  readonly operation: string;
  readonly input?: unknown;
}

/** To the controller. */
export type Message =
  /** Begin, or go on, with this journal. */
  | { readonly start: string }
  | { readonly interrupt: { readonly kind: string; readonly reason: string } }
  | { readonly answer: number; readonly value?: unknown; readonly error?: string };
