import { orAborted } from "../time-limit";

/** What came of a step: it is done, or there is a reason why not. */
type StepOutcome = { readonly kind: "done" } | { readonly kind: string; readonly reason: string };

interface End {
  readonly status: string;
  readonly reason?: string;
}

/** A process that has states: pure, so that the same outcomes always lead to the same steps. */
export interface Machine<Step, Outcome, Ended extends Step & End> {
  readonly first: Step;
  next(step: Step, outcome: Outcome): Step;
  isEnd(step: Step): step is Ended;
  nameOf(step: Step): string;
}

/** A deployment's machine, and what its steps do. */
export interface Lifecycle<Step, Outcome extends StepOutcome, Ended extends Step & End> {
  /** For people: `deployment d-1`. */
  readonly name: string;
  /** The green task set's name for people. */
  readonly label: string;
  readonly machine: Machine<Step, Outcome, Ended>;
  /** Does the step. Never rejects for what is an outcome. */
  readonly perform: (step: Step) => Promise<Outcome>;
  /** What a step's events say beside its name. @default nothing */
  readonly detailOf?: (step: Step) => Readonly<Record<string, unknown>>;
  readonly emit: (type: string, text: string, detail?: Readonly<Record<string, unknown>>) => void;
  /** Ends everything at once, half done or not. */
  readonly signal: AbortSignal;
}

/** Performs a machine to its end, and emits an event as each step starts and ends. Rejects only with the signal's reason. */
export async function runLifecycle<Step, Outcome extends StepOutcome, Ended extends Step & End>({
  name,
  label,
  machine,
  perform,
  detailOf,
  emit,
  signal,
}: Lifecycle<Step, Outcome, Ended>): Promise<Ended> {
  emit("deployment.created", `${name} created: ${label}`);
  let step = machine.first;
  while (!machine.isEnd(step)) {
    signal.throwIfAborted();
    const stepName = machine.nameOf(step);
    const detail = { step: stepName, ...detailOf?.(step) };
    emit("lifecycle.started", `${stepName} started`, detail);
    const outcome = await orAborted(perform(step), signal);
    if ("reason" in outcome) {
      const { reason } = outcome;
      emit("lifecycle.failed", `${stepName} failed: ${reason}`, { ...detail, reason });
    } else emit("lifecycle.succeeded", `${stepName} succeeded`, detail);
    step = machine.next(step, outcome);
  }
  const { status, reason } = step;
  const because = reason === undefined ? {} : { reason };
  const text = `${name} ${status}${reason === undefined ? "" : `: ${reason}`}`;
  emit(`deployment.${status.toLowerCase()}`, text, { status, ...because });
  return step;
}
