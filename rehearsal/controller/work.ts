import { sleepFully } from "../sleep";
import type { Remote } from "./channel";
import type { Interruption } from "./interruption";
import type { Journal } from "./journal";
import type { Announcer, Announcement } from "./announcer";

export interface WorkProps {
  readonly journal: Pick<Journal, "append">;
  readonly announcer: Remote<Announcer>;
  readonly interruption: Interruption;
  readonly scale: number;
  /** How many steps came before this one. */
  readonly index: number;
  /** What the journal says was done in this step. */
  readonly done: ReadonlyMap<string, unknown>;
}

/** What a step works with: things that are done once, and waits that go on where they were when the controller died. */
export class Work {
  constructor(private readonly props: WorkProps) {}

  /** Aborted with `Interrupted` when somebody wants the process to end. */
  get signal(): AbortSignal {
    return this.props.interruption.signal;
  }

  /**
   * Does something, unless the journal says that it was done. A controller that dies in between does it again: it has to
   * be harmless when repeated.
   *
   * @returns its result, which must survive JSON
   */
  async once<T>(name: string, effect: () => Promise<T> | T): Promise<T> {
    const { done, journal } = this.props;
    if (done.has(name)) return done.get(name) as T;
    const result = await effect();
    journal.append({ done: name, result: result ?? null });
    return result;
  }

  /** Waits so many minutes of AWS time. Rejects with `Interrupted`. */
  async wait(name: string, minutes: number, text: string): Promise<void> {
    const leftMs = await this.leftMs(name, minutes);
    await this.props.announcer.show({ text, expectedAwsMs: leftMs * this.props.scale });
    await sleepFully(leftMs, this.signal);
  }

  /**
   * Waits for an answer, so many minutes of AWS time at most. A controller that comes back after that finds its time over
   * whatever has happened meanwhile: ask once more what is there before anything follows from it.
   *
   * @param leastMs below which the time never shrinks, in real milliseconds, since real work is not hurried
   * @returns whether the answer came in time. Rejects as the answer does, or with `Interrupted`.
   */
  async inTime(name: string, minutes: number, text: string, answer: Promise<unknown>, leastMs = 0): Promise<boolean> {
    // It may be a refusal already, which nobody hears before the race.
    answer.catch(() => undefined);
    const leftMs = await this.leftMs(name, minutes, leastMs);
    const over = new AbortController();
    const limit = sleepFully(leftMs, AbortSignal.any([this.signal, over.signal])).then(() => false);
    try {
      await this.props.announcer.show({ text });
      return await Promise.race([answer.then(() => true), limit]);
    } finally {
      limit.catch(() => undefined);
      over.abort();
    }
  }

  /** Tells something within the step; once for a type. */
  tell(announcement: Announcement): Promise<void> {
    return this.props.announcer.tell({ ...announcement, token: `${this.props.index} ${announcement.type}` });
  }

  /** Real milliseconds until the end of a time that began when it was first asked for. */
  private async leftMs(name: string, minutes: number, leastMs = 0): Promise<number> {
    const awsMs = minutes * 60_000;
    const realMs = Math.max(awsMs / this.props.scale, Math.min(awsMs, leastMs));
    const end = await this.once(`${name} until`, () => new Date(Date.now() + realMs).toISOString());
    return Math.max(0, Date.parse(end) - Date.now());
  }
}
