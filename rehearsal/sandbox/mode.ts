import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { probeSandbox } from "./probe";

/** How programs of an image are run here. */
export type SandboxMode =
  | {
      readonly kind: "namespaces";
      /** Writable layers go into new folders below it; it is not on an overlay file system. */
      readonly writableDirectory: string;
    }
  | {
      readonly kind: "none";
      /** Why, in one line. */
      readonly reason: string;
    };

/** `--sandbox`. */
export type SandboxChoice = "namespaces" | "none";

/** Where writable layers may lie if the workspace's file system does not allow them. */
const sharedMemory = "/dev/shm";

/**
 * Namespaces where they can be had, at best in `directory`, or what the person asked for.
 *
 * @param onTemporary takes a folder outside of `directory` that must be removed in the end
 * @throws Error if namespaces are asked for and cannot be had
 */
export async function chooseSandbox(
  directory: string,
  choice: SandboxChoice | undefined,
  onTemporary: (directory: string) => void,
): Promise<SandboxMode> {
  if (choice === "none") return { kind: "none", reason: "--sandbox none was given" };
  const own = join(directory, "sandboxes");
  const reason = await probeSandbox(own);
  if (reason === undefined) return { kind: "namespaces", writableDirectory: own };
  const elsewhere = await mkdtemp(join(sharedMemory, "greenlight-")).catch(() => undefined);
  if (elsewhere !== undefined) {
    onTemporary(elsewhere);
    if ((await probeSandbox(elsewhere)) === undefined) return { kind: "namespaces", writableDirectory: elsewhere };
  }
  if (choice === undefined) return { kind: "none", reason };
  throw new Error(
    `--sandbox namespaces: namespaces cannot be had here: ${reason}. Use --runtime docker, or --sandbox none.`,
  );
}
