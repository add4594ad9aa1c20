import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { shellQuote } from "../sandbox/shell-quote";
import type { PushListener } from "./push-listener";

/** Has a bare repository tell `listener` of each push. */
export async function installPushHook(repository: string, listener: PushListener): Promise<void> {
  const hooks = join(repository, "hooks");
  await mkdir(hooks, { recursive: true });
  // In a file, since everyone can read the words of a command.
  const program = join(hooks, "post-receive.cjs");
  await writeFile(program, listener.hookProgram, { mode: 0o600 });
  const hook = `#!/bin/sh\nexec ${shellQuote(process.execPath)} ${shellQuote(program)}\n`;
  await writeFile(join(hooks, "post-receive"), hook, { mode: 0o755 });
}
