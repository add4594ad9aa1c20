import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type BlobStore, exists, writeWhole } from "./blob-store";
import type { Tree } from "./tree";

/** The files after build steps that were done before, each under a key for all that it depended on. */
export interface Layers {
  find(key: string): Promise<Tree | undefined>;
  keep(key: string, tree: Tree): Promise<void>;
}

/** An engine's own: every build that it ever did, in `directory`. */
export class EngineLayers implements Layers {
  constructor(
    private readonly directory: string,
    private readonly blobs: BlobStore,
  ) {}

  async find(key: string): Promise<Tree | undefined> {
    const path = this.path(key);
    return (await exists(path)) ? ((await this.blobs.getJson(await readFile(path, "utf8"))) as Tree) : undefined;
  }

  async keep(key: string, tree: Tree): Promise<void> {
    await mkdir(this.directory, { recursive: true });
    await writeWhole(this.path(key), await this.blobs.putJson(tree));
  }

  private path(key: string): string {
    return join(this.directory, key.replace(":", "-"));
  }
}

/** A new builder's: it knows what was imported, and has used what is to be exported. */
export class BuilderLayers implements Layers {
  private readonly used = new Map<string, string>();

  /** @param imported digests of the files, by key */
  constructor(
    private readonly imported: ReadonlyMap<string, string>,
    private readonly blobs: BlobStore,
  ) {}

  async find(key: string): Promise<Tree | undefined> {
    const digest = this.imported.get(key);
    if (digest === undefined) return undefined;
    this.used.set(key, digest);
    return (await this.blobs.getJson(digest)) as Tree;
  }

  async keep(key: string, tree: Tree): Promise<void> {
    this.used.set(key, await this.blobs.putJson(tree));
  }

  /** Of this build, in all of its stages. */
  get exported(): ReadonlyMap<string, string> {
    return this.used;
  }
}
