import { appendFileSync, readFileSync, truncateSync, writeFileSync } from "node:fs";

/** One line of a journal. */
export type Entry =
  /** The first line: what the controller was asked to do. */
  | { readonly request: unknown }
  /** A step has begun. */
  | { readonly begun: string }
  /** Something in this step was done, and need not be done again. */
  | { readonly done: string; readonly result: unknown }
  /** What came of the step; the next line begins the next one. */
  | { readonly outcome: unknown };

/**
 * What a controller has done so far: a file that only grows, a line an entry, written before anything follows from it. One
 * process writes to it at a time. What is written outlives the process that wrote it, though not the machine, with which
 * everything else here would be gone too: nothing waits for the disk.
 */
export class Journal {
  private constructor(
    private readonly file: string,
    /** What was there when the journal was opened. */
    readonly entries: readonly Entry[],
  ) {}

  /** Makes the file, with the request as its first line. */
  static create(file: string, request: unknown): void {
    writeFileSync(file, line({ request }), { flag: "wx" });
  }

  /**
   * Reads the file. A last line without its end was being written when the controller died: it is cut off.
   *
   * @throws Error naming the line that cannot be read, or if there is no request
   */
  static open(file: string): Journal {
    const text = readFileSync(file, "utf8");
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    if (whole.length < text.length) truncateSync(file, Buffer.byteLength(whole));
    const lines = whole.split("\n").slice(0, -1);
    const entries = lines.map((content, index) => parse(content, `${file}:${index + 1}`));
    if (!entries[0] || !("request" in entries[0])) throw new Error(`${file} does not begin with a request`);
    return new Journal(file, entries);
  }

  /** Writes an entry. */
  append(entry: Entry): void {
    appendFileSync(this.file, line(entry));
  }

  /** The last step that has begun. */
  get stepUnderWay(): string | undefined {
    return this.entries.findLast((entry) => "begun" in entry)?.begun;
  }

  /** What the controller was asked to do. */
  get request(): unknown {
    return (this.entries[0] as { readonly request: unknown }).request;
  }
}

function line(entry: Entry): string {
  return `${JSON.stringify(entry)}\n`;
}

function parse(content: string, where: string): Entry {
  try {
    return JSON.parse(content) as Entry;
  } catch (error) {
    throw new Error(`${where} is no line of a journal: ${(error as Error).message}`, { cause: error });
  }
}
