import { mkdir, mkdtemp } from "node:fs/promises";
import { join, posix } from "node:path";
import { runHeldSandbox } from "../sandbox/held-sandbox";
import { upperLayers } from "../sandbox/layers";
import { removeTree } from "../sandbox/remove-tree";
import { readDifference } from "./difference";
import type { Step } from "./step";
import { sortTree, type Tree, type TreeEntry } from "./tree";

const isArchive = /\.(tar|tar\.(gz|bz2|xz)|tgz|tbz2?|txz)$/;

/** What an ADD adds, with the contents of each archive in its place. Source: Dockerfile reference, ADD. */
export async function extractArchives(
  step: Step,
  archives: Tree,
  added: Tree,
  sources: readonly string[],
): Promise<Tree> {
  const names = new Set(sources.map((source) => posix.basename(source)).filter((name) => isArchive.test(name)));
  const found = archives.filter(
    (entry): entry is TreeEntry & { type: "file" } => entry.type === "file" && names.has(posix.basename(entry.path)),
  );
  let result = added;
  for (const archive of found) {
    const contents = await extract(step, archive);
    result = sortTree([...result.filter(({ path }) => path !== archive.path), ...contents]);
  }
  return result;
}

/** In a sandbox, whose files are the archive's alone. */
async function extract(step: Step, { path, digest }: TreeEntry & { type: "file" }): Promise<Tree> {
  const { sandbox, store } = step.build;
  if (sandbox.kind === "none") throw step.error("ADD of an archive is not performed here. Use --runtime docker.");
  await mkdir(sandbox.writableDirectory, { recursive: true });
  const place = await mkdtemp(join(sandbox.writableDirectory, "add-"));
  try {
    const [imageDirectory, writableDirectory] = [join(place, "image"), join(place, "layer")];
    await mkdir(join(imageDirectory, "archive"), { recursive: true });
    await mkdir(writableDirectory);
    const lines: string[] = [];
    const before: Tree = [{ path: "archive", type: "directory", mode: 0o755 }];
    const { status, result } = await runHeldSandbox(
      {
        imageDirectory,
        writableDirectory,
        command: ["tar", "--no-same-owner", "-xf", "/dev/archive", "-C", "/archive"],
        workingDirectory: "/",
        environment: {},
        network: "own",
        mounts: [{ source: store.blobs.path(digest), target: "/dev/archive", writable: "never" }],
      },
      (line) => lines.push(line),
      async (root) => readDifference(before, await upperLayers(writableDirectory), root, store.blobs),
    );
    if (status !== 0) throw step.error(`ADD of ${posix.basename(path)} failed: ${lines.slice(-3).join("; ")}`);
    const parent = posix.dirname(path);
    return result
      .filter((entry) => entry.path.startsWith("archive/"))
      .map((entry) => ({ ...entry, path: posix.join(parent, entry.path.slice("archive/".length)) }));
  } finally {
    await removeTree(place);
  }
}
