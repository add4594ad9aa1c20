import type { Verdict } from "../../../rehearsal/codedeploy/hook-verdicts";
import type { Side } from "../../../rehearsal/blue-green/operations";
import type { DeploymentOperations } from "../../../rehearsal/codedeploy/operations";
import type { Interruption } from "../../../rehearsal/controller/interruption";
import type { Remote } from "../../../rehearsal/controller/channel";
import type { Teller, Telling } from "../../../rehearsal/controller/telling";
import type { Happening, World } from "./reference-model";

/** When the controller dies: after so many further calls, before or after that one is done. */
export interface Death {
  readonly afterCalls: number;
  readonly done: boolean;
}

/** Reads `world` as the reference model tells it. */
type State = { -readonly [Key in keyof Omit<World, "status" | "begun">]: World[Key] };

/**
 * A cloud without processes and sockets in which things happen as a test wants it, and whose controller dies as often as
 * it wants, too: from then on none of its calls is answered.
 */
export class MortalCloud implements DeploymentOperations, Teller {
  readonly state: State = { greenPercent: 0, test: "blue", primary: "blue", blueRuns: true, greenRuns: false };
  /** Types and steps of what was told, each once. */
  readonly told: string[] = [];
  readonly verdicts = new Map<string, Verdict>();
  /** Each controller that has lived gets its own. */
  interruption: Interruption | undefined;

  private readonly tokens = new Set<string>();
  private interruptedBy: "stop" | "alarm" | undefined;
  private step = "";

  constructor(
    private readonly happenings: Readonly<Record<string, Happening>>,
    private readonly deaths: Death[],
  ) {}

  /** This cloud as one controller sees it, until it dies. */
  newLife(interruption: Interruption): {
    readonly cloud: Remote<DeploymentOperations & Teller>;
    readonly death: Promise<void>;
  } {
    const fate = this.deaths.shift();
    this.interruption = interruption;
    if (this.interruptedBy) interruption.request(this.interruptedBy, this.interruptedBy);
    let die!: () => void;
    const death = new Promise<void>((resolve) => (die = resolve));
    let callsLeft = fate?.afterCalls ?? Infinity;
    const get = (_: object, operation: keyof DeploymentOperations) => (input: unknown) => {
      const fatal = callsLeft === 0;
      const dead = callsLeft-- < 0;
      const performed = dead || (fatal && !fate!.done) ? undefined : this.perform(operation, input);
      if (fatal) die();
      if (!dead && !fatal) return performed;
      performed?.catch(() => undefined);
      return new Promise(() => undefined);
    };
    return { cloud: new Proxy({}, { get }) as Remote<DeploymentOperations & Teller>, death };
  }

  tell({ token, type, detail }: Telling & { readonly token: string }): void {
    if (type === "lifecycle.started") {
      this.step = String(detail?.step);
      if (this.happening === "a person stops it") this.interruptBy("stop");
      if (this.happening === "an alarm fires") this.interruptBy("alarm");
    }
    if (this.tokens.has(token)) return;
    this.tokens.add(token);
    this.told.push([type, detail?.step].join(" ").trim());
  }

  show(): void {}

  createGreen(): void {
    this.state.greenRuns = true;
  }

  async greenIsSteady(): Promise<void> {
    if (this.happening === "fails") throw new Error("green was stopped");
    if (this.happening === "takes too long") await new Promise(() => undefined);
  }

  describeGreen() {
    return { steady: this.happening !== "takes too long", why: "it answers nothing" };
  }

  wayBack() {
    return Promise.resolve({ open: true, why: "" });
  }

  sendProduction({ to, percent }: { readonly to: Side; readonly percent: number }): void {
    if (to === "green" && percent === 100) this.refuse();
    this.state.greenPercent = to === "green" ? percent : 100 - percent;
  }

  sendTest({ to }: { readonly to: Side }): void {
    if (to === "green") this.refuse();
    this.state.test = to;
  }

  makePrimary({ side }: { readonly side: Side }): void {
    this.state.primary = side;
  }

  async deleteTaskSet({ side }: { readonly side: Side }): Promise<void> {
    if (side === "blue") this.refuse();
    this.state[`${side}Runs`] = false;
    return Promise.resolve();
  }

  invokeHook({ executionId }: { readonly executionId: string }): void {
    // Invoked again, a function reports again; only its first verdict counts.
    if (this.happening === "takes too long" || this.verdicts.has(executionId)) return;
    this.verdicts.set(executionId, this.happening === "fails" ? "Failed" : "Succeeded");
  }

  hookVerdict({ executionId }: { readonly executionId: string }): Promise<Verdict> {
    const verdict = this.verdicts.get(executionId);
    return verdict ? Promise.resolve(verdict) : new Promise(() => undefined);
  }

  closeHook({ executionId }: { readonly executionId: string }) {
    const verdict = this.verdicts.get(executionId);
    return { ending: "returned", ...(verdict ? { verdict } : {}) };
  }

  continued(): Promise<void> {
    return this.happening === "takes too long" ? new Promise(() => undefined) : Promise.resolve();
  }

  closeReady(): boolean {
    return this.happening !== "takes too long";
  }

  private get happening(): Happening {
    return this.happenings[this.step] ?? "goes well";
  }

  private refuse(): void {
    if (this.happening === "fails") throw new Error("ThrottlingException: Rate exceeded");
  }

  private interruptBy(kind: "stop" | "alarm"): void {
    this.interruptedBy ??= kind;
    this.interruption?.request(this.interruptedBy, this.interruptedBy);
  }

  private async perform(operation: keyof DeploymentOperations, input: unknown): Promise<unknown> {
    return await (this[operation] as (input: unknown) => unknown).call(this, input);
  }
}
