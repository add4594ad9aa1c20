import type { Clock } from "./clock";

/** Who speaks in the timeline, in AWS's names; `git` is the person's own client, `traffic` the people who use the app. */
export type Source =
  | "git"
  | "codepipeline"
  | "codebuild"
  | "codedeploy"
  | "ecs"
  | "elb"
  | "lambda"
  | "cloudwatch"
  | "s3"
  | "traffic"
  | "rehearsal";

/** One thing that happened, as `--json` prints it. */
export interface TimelineEvent {
  readonly source: Source;
  /** What happened, as a word for machines: `task.running`, `lifecycle.succeeded`, `target.healthy`. */
  readonly type: string;
  /** The same for people, one line. */
  readonly text: string;
  /** AWS time since the start, in milliseconds. */
  readonly awsMs: number;
  /** Real time since the start, in milliseconds. */
  readonly elapsedMs: number;
  /** Facts for machines: arns, ports, counts, exit status. */
  readonly detail: Readonly<Record<string, unknown>>;
}

/** A long step under way; `expectedAwsMs` lets a terminal draw how far it is. */
export interface Progress {
  readonly id: number;
  readonly text: string;
  readonly startedAwsMs: number;
  readonly expectedAwsMs: number | undefined;
}

type Listener = (event: TimelineEvent) => void;

/** The one stream of events of a rehearsal; the terminal, `--json` and the tests listen to it. */
export class Timeline {
  private readonly listeners = new Set<Listener>();
  private readonly open = new Map<number, Progress>();
  private nextId = 1;

  constructor(readonly clock: Clock) {}

  /** Tells every listener; returns the event. */
  emit(source: Source, type: string, text: string, detail: Record<string, unknown> = {}): TimelineEvent {
    const { awsMs, elapsedMs } = this.clock;
    const event = { source, type, text, awsMs: Math.round(awsMs), elapsedMs: Math.round(elapsedMs), detail };
    for (const listener of this.listeners) listener(event);
    return event;
  }

  /** Calls `listener` for each later event; the returned function ends that. */
  on(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Shows `text` as under way until `work` settles. */
  async during<T>(text: string, expectedAwsMs: number | undefined, work: () => Promise<T>): Promise<T> {
    const id = this.nextId++;
    this.open.set(id, { id, text, expectedAwsMs, startedAwsMs: this.clock.awsMs });
    try {
      return await work();
    } finally {
      this.open.delete(id);
    }
  }

  /** The steps under way now, oldest first. */
  get underWay(): readonly Progress[] {
    return [...this.open.values()];
  }
}
