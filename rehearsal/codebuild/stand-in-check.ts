import { spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { identifyArgument } from "../images/stand-ins";

export interface StandInCheck {
  /** The build's own shell. */
  readonly program: "bash" | "sh";
  /** The build's own environment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly binDirectory: string;
  readonly names: readonly string[];
}

/** By its path, and then as PATH leads to it: nothing but the stand-in itself is ever started. */
const check = '"$0" "$1" && command -v "$2"';

/**
 * Asks every stand-in who it is, and the build's shell where it finds it: a shell that cannot start one goes on to the next
 * folder of PATH, where the real program is.
 *
 * @throws Error when another program would answer, or none
 */
export async function requireStandIns({ program, environment, binDirectory, names }: StandInCheck): Promise<void> {
  for (const name of names) {
    const path = join(binDirectory, name);
    const child = spawn(program, ["-c", check, path, identifyArgument, name], {
      cwd: "/",
      env: environment,
      stdio: ["ignore", "pipe", "ignore"],
    });
    const closed = new Promise<void>((resolve, reject) => child.on("error", reject).on("close", () => resolve()));
    const [answer] = await Promise.all([text(child.stdout), closed]);
    if (answer === `${path}\n${path}\n`) continue;
    throw new Error(
      `The build would call this machine's own ${name}: the rehearsal's, ${path}, does not start or is not found. ` +
        "Set TMPDIR to a folder in which programs may be started and whose path has no colon.",
    );
  }
}
