import { Interruption } from "../../../rehearsal/blue-green/interruption";
import type { BlueGreenOperations, Side } from "../../../rehearsal/blue-green/operations";
import { Clock } from "../../../rehearsal/clock";
import { Timeline, type TimelineEvent } from "../../../rehearsal/events";

/** What a release has made of the task sets and the traffic. */
export interface Sides {
  /** Green's share of production, in percent. */
  readonly greenPercent: number;
  readonly test: Side;
  readonly primary: Side;
  readonly blueRuns: boolean;
  readonly greenRuns: boolean;
}

/** Before a release has done anything. */
export const onBlue: Sides = { greenPercent: 0, test: "blue", primary: "blue", blueRuns: true, greenRuns: false };

export interface ModelSidesProps<Happening> {
  /** By step; what is not here goes well. The second step of a name has a 2 after it. */
  readonly happenings: Readonly<Record<string, Happening>>;
  /** Happenings that are somebody's wish to end the release, in the deployment's word. */
  readonly wishes: Readonly<Partial<Record<string, string>>>;
  /** @default before a release has done anything */
  readonly before?: Sides;
}

type Refused = "production" | "test" | "primary" | "the end";

/** Task sets and traffic without processes and sockets, to which whatever happens that a test wants. */
export abstract class ModelSides<Happening extends string> implements BlueGreenOperations {
  readonly state: { -readonly [Key in keyof Sides]: Sides[Key] };
  /** The steps that were begun. */
  readonly begun: string[] = [];
  /** A month takes a few milliseconds. */
  readonly clock = new Clock(1e9, 0);
  readonly timeline = new Timeline(this.clock);
  readonly interruption = new Interruption();
  private step = "";

  constructor(private readonly props: ModelSidesProps<Happening>) {
    this.state = { ...(props.before ?? onBlue) };
    this.timeline.on((event) => this.follow(event));
  }

  createGreen(): void {
    this.state.greenRuns = true;
  }

  async greenIsSteady(): Promise<void> {
    if (this.happening === "takes too long") await new Promise(() => undefined);
  }

  describeGreen() {
    return Promise.resolve({ steady: this.happening !== "takes too long", why: "it answers nothing" });
  }

  wayBack() {
    return Promise.resolve({ open: true, why: "" });
  }

  sendProduction({ to, percent }: { readonly to: Side; readonly percent: number }): void {
    this.refuse("production", to, percent);
    this.state.greenPercent = to === "green" ? percent : 100 - percent;
  }

  sendTest({ to }: { readonly to: Side }): void {
    this.refuse("test", to);
    this.state.test = to;
  }

  makePrimary({ side }: { readonly side: Side }): void {
    this.refuse("primary", side);
    this.state.primary = side;
  }

  async deleteTaskSet({ side }: { readonly side: Side }): Promise<void> {
    this.refuse("the end", side);
    if (this.state.primary === side) throw new Error("the primary task set cannot be deleted");
    this.state[`${side}Runs`] = false;
    return Promise.resolve();
  }

  /** Of the step under way. */
  protected get happening(): Happening | "goes well" {
    return this.props.happenings[this.step] ?? "goes well";
  }

  /** Whether AWS refuses this in the step under way. `side` is where the traffic is to go, or what is to be primary, or to end. */
  protected abstract refuses(what: Refused, side: Side, percent: number): boolean;

  private refuse(what: Refused, side: Side, percent = 100): void {
    if (this.refuses(what, side, percent)) throw new Error("ThrottlingException: Rate exceeded");
  }

  private follow({ type, detail }: TimelineEvent): void {
    if (type !== "lifecycle.started") return;
    const name = String(detail.step);
    this.begun.push(name);
    const count = this.begun.filter((one) => one === name).length;
    this.step = count === 1 ? name : `${name} ${count}`;
    const wish = this.props.wishes[this.happening];
    if (wish !== undefined) this.interruption.request(wish, wish);
  }
}
