import { createHash, randomUUID } from "node:crypto";
import { access, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Contents on disk, each under its own `sha256:` digest. Several processes may use one directory. */
export class BlobStore {
  private readonly known = new Set<string>();

  constructor(private readonly directory: string) {}

  /** Keeps `content`; returns its digest. */
  async put(content: Uint8Array | string): Promise<string> {
    const digest = digestOf(content);
    if (this.known.has(digest)) return digest;
    if (!(await exists(this.path(digest)))) {
      await mkdir(this.directory, { recursive: true });
      await writeWhole(this.path(digest), content);
    }
    this.known.add(digest);
    return digest;
  }

  async putJson(value: unknown): Promise<string> {
    return this.put(JSON.stringify(value));
  }

  async getJson(digest: string): Promise<unknown> {
    return JSON.parse(await readFile(this.path(digest), "utf8"));
  }

  /** Where the content with this digest lies; read only. */
  path(digest: string): string {
    return join(this.directory, digest.replace(":", "-"));
  }
}

/** `sha256:` and 64 hexadecimal digits. */
export function digestOf(content: Uint8Array | string): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}

/** Another process sees the old file or the new one, never a part. */
export async function writeWhole(path: string, content: Uint8Array | string): Promise<void> {
  const unfinished = `${path}.${randomUUID()}`;
  await writeFile(unfinished, content);
  await rename(unfinished, path);
}

export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
