import { tmpdir } from "node:os";
import type { Context } from "mocha";
import { chooseSandbox } from "../../rehearsal/sandbox/mode";

let mode: ReturnType<typeof chooseSandbox> | undefined;

/** Skips a test that needs a sandbox, where no namespaces can be had: on macOS, or in most containers. */
export async function needNamespaces(test: Context): Promise<void> {
  mode ??= chooseSandbox(tmpdir(), undefined, () => undefined);
  if ((await mode).kind === "none") test.skip();
}
