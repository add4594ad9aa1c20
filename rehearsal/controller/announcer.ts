/** Something to tell: a word for machines, a line for people, facts. */
export interface Announcement {
  readonly type: string;
  readonly text: string;
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** What the engine itself wants of the cloud, each harmless when repeated. */
export interface Announcer {
  /** Tells the timeline; nothing the second time with the same token. */
  tell(announcement: Announcement & { readonly token: string }): void;
  /** Shows what is under way, until something is told. `expectedAwsMs` is the time that is left. */
  show(progress: { readonly text: string; readonly expectedAwsMs?: number }): void;
}
