import type { Source, Timeline } from "../events";
import type { Announcer, Announcement } from "./announcer";

/** What a controller tells, in the timeline: each thing once, however often the controller was started again. */
export class TimelineAnnouncer implements Announcer {
  private readonly tokens = new Set<string>();
  private hide: (() => void) | undefined;

  /** @param facts go with each event: whose controller it is */
  constructor(
    private readonly timeline: Timeline,
    private readonly source: Source,
    private readonly facts: Readonly<Record<string, unknown>>,
  ) {}

  tell({ token, type, text, detail }: Announcement & { readonly token: string }): void {
    if (this.tokens.has(token)) return;
    this.tokens.add(token);
    this.showNothing();
    this.timeline.emit(this.source, type, text, { ...this.facts, ...detail });
  }

  show({ text, expectedAwsMs }: { readonly text: string; readonly expectedAwsMs?: number }): void {
    this.showNothing();
    void this.timeline.during(text, expectedAwsMs, () => new Promise<void>((resolve) => (this.hide = resolve)));
  }

  /** Nothing is under way any more. */
  showNothing(): void {
    this.hide?.();
    this.hide = undefined;
  }
}
