import { lstatSync, readlinkSync } from "node:fs";
import { digestOf } from "./blob-store";
import type { StageState } from "./step";
import { sortTree, type Tree, type TreeEntry } from "./tree";

const searchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/** Where distroless images have Node, which is their ENTRYPOINT. Source: GoogleContainerTools/distroless, nodejs. */
const distrolessNode = "nodejs/bin/node";

/** What is known of a base image without pulling it. */
export interface BaseImage {
  readonly state: StageState;
  /** What the person should know of it; the first line of a build says it, and the last again. */
  readonly warning: string | undefined;
}

/** Node of this machine takes the place of `node:…` and of distroless `nodejs…`; of others only the name is known. */
export function baseImage(image: string, platform: string, hasSystem: boolean): BaseImage {
  const system = hasSystem ? systemEntries() : [];
  const isDistroless = /(^|\/)distroless\/nodejs\d*/.test(image);
  const tree = isDistroless ? sortTree([...system, ...distrolessEntries()]) : system;
  return {
    state: {
      key: digestOf(JSON.stringify([image, platform, tree])),
      tree,
      config: {
        Env: [`PATH=${searchPath}`],
        WorkingDir: "/",
        ...(isDistroless ? { Entrypoint: [`/${distrolessNode}`] } : {}),
      },
      environment: new Map([["PATH", searchPath]]),
      arguments: new Map(),
      hasOwnCommand: false,
      base: image,
      shell: ["/bin/sh", "-c"],
    },
    warning: warningFor(image),
  };
}

function warningFor(image: string): string | undefined {
  if (image === "scratch") return undefined;
  const version = nodeVersionOf(image);
  if (version === undefined) return `${image} is not pulled: its files and settings are not there`;
  const own = /^v(\d+)/.exec(process.version)?.[1];
  if (version === "" || version === own) return undefined;
  return `${image} is not pulled: Node ${process.version} of this machine takes its place, not Node ${version}`;
}

/** The major version of an image of Node; empty where its tag does not say it; undefined for another image. */
export function nodeVersionOf(image: string): string | undefined {
  const found =
    /(?:^|\/)node(?:[:@]v?(\d*).*)?$/.exec(image) ?? /(?:^|\/)distroless\/nodejs(\d*)/.exec(image) ?? undefined;
  return found && (found[1] ?? "");
}

/** The folders of a system, and the links that lead to them, as on this machine. */
function systemEntries(): Tree {
  const directories = ["dev", "proc", "usr", "usr/bin", "usr/lib", "usr/local", "usr/sbin"];
  const entries = directories.map((path): TreeEntry => ({ path, type: "directory", mode: 0o755 }));
  const links = ["bin", "sbin", "lib", "lib32", "lib64", "libx32", "usr/sbin"].flatMap((path): TreeEntry[] => {
    const target = linkTarget(`/${path}`);
    return target === undefined ? [] : [{ path, type: "link", target }];
  });
  return sortTree(new Map([...entries, ...links].map((entry) => [entry.path, entry])).values());
}

function distrolessEntries(): readonly TreeEntry[] {
  const directories = ["nodejs", "nodejs/bin"].map((path): TreeEntry => ({ path, type: "directory", mode: 0o755 }));
  return [...directories, { path: distrolessNode, type: "link", target: "/usr/local/bin/node" }];
}

function linkTarget(path: string): string | undefined {
  try {
    return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : undefined;
  } catch {
    return undefined;
  }
}
