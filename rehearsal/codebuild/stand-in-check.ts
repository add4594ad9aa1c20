import { spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";

/** To this argument a stand-in answers with its own path. */
export const identifyArgument = "greenlight-identify";

export interface StandInCheck {
  /** The build's own shell. */
  readonly program: "bash" | "sh";
  /** The build's own environment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly binDirectory: string;
  readonly names: readonly string[];
}

/**
 * Calls every stand-in as a build would, by its name: a shell that cannot start one goes on to the next folder of PATH,
 * where the real program is.
 *
 * @throws Error when another program would answer, or none
 */
export async function requireStandIns({ program, environment, binDirectory, names }: StandInCheck): Promise<void> {
  for (const name of names) {
    const child = spawn(program, ["-c", `${name} ${identifyArgument}`], {
      cwd: "/",
      env: environment,
      stdio: ["ignore", "pipe", "ignore"],
    });
    const closed = new Promise<void>((resolve, reject) => child.on("error", reject).on("close", () => resolve()));
    const [answer] = await Promise.all([text(child.stdout), closed]);
    if (answer.trim() === join(binDirectory, name)) continue;
    throw new Error(
      `The build would not call the rehearsal's ${name} but another one: ${binDirectory} holds ${name}, and it does not start. ` +
        "Set TMPDIR to a folder in which programs may be started and whose path has no colon.",
    );
  }
}
