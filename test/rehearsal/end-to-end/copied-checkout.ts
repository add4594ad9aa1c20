import { rmSync } from "node:fs";
import { cp, mkdtemp, readdir, realpath, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkout, stacksDirectory } from "../../support/checkout";

/** What a program that runs does not need, and what is replaced: the dependencies by a link, the stack files by the fixtures. */
const leftOut = /^(\.git.*|\.ci|node_modules|docs|test|bench|Pulumi\b.*)$/;

let copied: Promise<string> | undefined;

/** A copy of the checkout, for all tests of this process. It has the fixtures' stack files, not those of whoever works here. */
export function copiedCheckout(): Promise<string> {
  copied ??= makeCopy();
  return copied;
}

async function makeCopy(): Promise<string> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), "greenlight-checkout-")));
  process.on("exit", () => rmSync(directory, { recursive: true, force: true }));
  await copyCheckout(directory);
  return directory;
}

/** Copies what `npm start` needs of the checkout into an existing directory. */
export async function copyCheckout(directory: string): Promise<void> {
  const parts = (await readdir(checkout)).filter((part) => !leftOut.test(part));
  for (const part of parts) await cp(join(checkout, part), join(directory, part), { recursive: true });
  await cp(stacksDirectory, directory, { recursive: true });
  await symlink(join(checkout, "node_modules"), join(directory, "node_modules"));
}
