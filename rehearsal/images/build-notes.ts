import { mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { writeWhole } from "./blob-store";

/** What a build did otherwise than Docker. */
export interface NotedBuild {
  /** Each in one line. */
  readonly warnings: readonly string[];
  /** Lines of the Dockerfile that were not carried out. */
  readonly leftOut: readonly number[];
}

/** Collects it while a build runs. */
export class BuildNotes {
  private readonly warnings = new Set<string>();
  private readonly leftOut = new Set<number>();
  private keepsNoOwners = false;

  warn(warning: string): void {
    this.warnings.add(warning);
  }

  leaveOut(line: number): void {
    this.leftOut.add(line);
  }

  ownersAreNotKept(): void {
    this.keepsNoOwners = true;
  }

  /** What is said at the end of the build. */
  get lines(): readonly string[] {
    const owners = this.keepsNoOwners ? ["Owners and users are not kept: every program runs as one user."] : [];
    return [...this.warnings, ...owners, ...leftOutMessage([...this.leftOut])];
  }

  get noted(): NotedBuild {
    return { warnings: [...this.warnings], leftOut: [...this.leftOut].sort((a, b) => a - b) };
  }
}

/** Nothing, or the sentence that a failure ends with. */
export function leftOutMessage(lines: readonly number[]): string[] {
  if (lines.length === 0) return [];
  const which = lines.length === 1 ? "This line" : "These lines";
  const verb = lines.length === 1 ? "was" : "were";
  return [
    `${which} of your Dockerfile ${verb} not carried out: ${lines.join(", ")}. --runtime docker carries ${lines.length === 1 ? "it" : "them"} out.`,
  ];
}

/** Keeps the notes of the last build beside the images. */
export async function saveNotes(storeDirectory: string, notes: BuildNotes): Promise<void> {
  await mkdir(dirname(path(storeDirectory)), { recursive: true });
  await writeWhole(path(storeDirectory), JSON.stringify(notes.noted));
}

/** The notes of the last build; none before the first. */
export async function readNotes(storeDirectory: string): Promise<NotedBuild> {
  const text = await readFile(path(storeDirectory), "utf8").catch(() => '{"warnings":[],"leftOut":[]}');
  return JSON.parse(text) as NotedBuild;
}

function path(storeDirectory: string): string {
  return join(storeDirectory, "engine", "notes.json");
}
