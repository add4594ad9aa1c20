import type { BlueGreenOperations, Side } from "../../../rehearsal/blue-green/operations";
import type { Remote } from "../../../rehearsal/controller/channel";
import { Interruption } from "../../../rehearsal/controller/interruption";
import type { Entry } from "../../../rehearsal/controller/journal";
import type { ScaledRequest } from "../../../rehearsal/controller/main";
import { type Controller, runJournalled } from "../../../rehearsal/controller/run-journalled";
import type { Announcer, Announcement } from "../../../rehearsal/controller/announcer";

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

/** When the controller dies: after so many further calls, before or after that one is done. */
export interface Death {
  readonly afterCalls: number;
  readonly done: boolean;
}

export interface MortalCloudProps<Happening> {
  /** By step; what is not here goes well. The second step of a name has a 2 after it. */
  readonly happenings: Readonly<Record<string, Happening>>;
  /** Happenings that are somebody's wish to end the release, in the controller's word. */
  readonly wishes: Readonly<Partial<Record<string, string>>>;
  readonly deaths: readonly Death[];
  /** @default before a release has done anything */
  readonly before?: Sides;
}

/** A controller's life in a cloud. */
interface Life<Cloud> {
  readonly cloud: Remote<Cloud>;
  readonly death: Promise<void>;
}

type Refused = "production" | "test" | "primary" | "the end";

/**
 * A cloud without processes and sockets in which things happen as a test wants it, and whose controller dies as often as
 * it wants, too: from then on none of its calls is answered.
 */
export abstract class MortalCloud<Happening extends string> implements BlueGreenOperations, Announcer {
  readonly state: { -readonly [Key in keyof Sides]: Sides[Key] };
  /** Types and steps of what was told, each once. */
  readonly told: string[] = [];
  /** The steps that were begun, each once. */
  readonly begun: string[] = [];

  /** By token. */
  private readonly steps = new Map<string, string>();
  private readonly tokens = new Set<string>();
  private readonly deaths: Death[];
  private interruption: Interruption | undefined;
  private wish: string | undefined;
  private step = "";

  constructor(private readonly props: MortalCloudProps<Happening>) {
    this.state = { ...(props.before ?? onBlue) };
    this.deaths = [...props.deaths];
  }

  /** This cloud as one controller sees it, until it dies. */
  newLife(interruption: Interruption): Life<this> {
    const fate = this.deaths.shift();
    this.interruption = interruption;
    if (this.wish !== undefined) interruption.request(this.wish, this.wish);
    let die!: () => void;
    const death = new Promise<void>((resolve) => (die = resolve));
    let callsLeft = fate?.afterCalls ?? Infinity;
    const get = (_: object, operation: string) => (input: unknown) => {
      const fatal = callsLeft === 0;
      const dead = callsLeft-- < 0;
      const performed = dead || (fatal && !fate!.done) ? undefined : this.perform(operation, input);
      if (fatal) die();
      if (!dead && !fatal) return performed;
      performed?.catch(() => undefined);
      return new Promise(() => undefined);
    };
    return { cloud: new Proxy({}, { get }) as Remote<this>, death };
  }

  tell({ token, type, detail }: Announcement & { readonly token: string }): void {
    const name = typeof detail?.step === "string" ? detail.step : "";
    if (type === "lifecycle.started") this.begin(name, token);
    if (this.tokens.has(token)) return;
    this.tokens.add(token);
    this.told.push([type, name].join(" ").trim());
  }

  show(): void {}

  createGreen(): void {
    this.state.greenRuns = true;
  }

  describeGreen() {
    return Promise.resolve({ steady: !this.isGreenLate, why: "it answers nothing" });
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

  protected get happening(): Happening | "goes well" {
    return this.props.happenings[this.step] ?? "goes well";
  }

  /** Whether green is not healthy when its time is over. */
  protected abstract get isGreenLate(): boolean;

  /** Whether AWS refuses this in the step under way. `side` is where the traffic is to go, or what is to be primary, or to end. */
  protected abstract refuses(what: Refused, side: Side, percent: number): boolean;

  private refuse(what: Refused, side: Side, percent = 100): void {
    if (this.refuses(what, side, percent)) throw new Error("ThrottlingException: Rate exceeded");
  }

  private begin(name: string, token: string): void {
    if (!this.steps.has(token)) {
      this.begun.push(name);
      const count = this.begun.filter((one) => one === name).length;
      this.steps.set(token, count === 1 ? name : `${name} ${count}`);
    }
    this.step = this.steps.get(token)!;
    const wish = this.props.wishes[this.happening];
    if (wish === undefined) return;
    this.wish ??= wish;
    this.interruption?.request(this.wish, this.wish);
  }

  private async perform(operation: string, input: unknown): Promise<unknown> {
    const operations = this as unknown as Readonly<Record<string, (input: unknown) => unknown>>;
    return await operations[operation]!(input);
  }
}

/** Runs the real controller in the cloud, from its journal as often as it dies; returns its last step. */
export async function liveAndDie<Request extends ScaledRequest, Cloud extends MortalCloud<string>, Step, Outcome>(
  controllerOf: (request: Request, cloud: Remote<Cloud>) => Controller<Step, Outcome>,
  request: Request,
  cloud: Cloud,
): Promise<Step> {
  const entries: Entry[] = [{ request }];
  for (;;) {
    const interruption = new Interruption();
    const life = cloud.newLife(interruption);
    let alive = true;
    const journal = { entries: [...entries], append: (entry: Entry) => void (alive && entries.push(entry)) };
    const controller = controllerOf(request, life.cloud);
    const announcer = life.cloud as Remote<Announcer>;
    const end = await Promise.race([
      runJournalled(controller, journal, announcer, interruption, request.scale),
      life.death,
    ]);
    alive = false;
    if (end !== undefined) return end;
  }
}
