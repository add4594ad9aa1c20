import { createHash, randomUUID } from "node:crypto";
import { access, chmod, copyFile, link, lstat, mkdir, readFile, rename, writeFile } from "node:fs/promises";
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

  /** Keeps a file, which is moved here; nothing may write to it any more. Returns its digest and its size. */
  async adopt(file: string, mode: number): Promise<{ digest: string; bytes: number }> {
    // A program may have closed it to its own user.
    if ((mode & 0o400) === 0) await chmod(file, mode | 0o400);
    const content = await readFile(file);
    const digest = digestOf(content);
    if (!this.known.has(digest) && !(await exists(this.path(digest)))) {
      await mkdir(this.directory, { recursive: true });
      await rename(file, this.path(digest)).catch(() => writeWhole(this.path(digest), content));
    }
    this.known.add(digest);
    return { digest, bytes: content.length };
  }

  async getJson(digest: string): Promise<unknown> {
    return JSON.parse(await readFile(this.path(digest), "utf8"));
  }

  /** Where the content with this digest lies; read only. */
  path(digest: string): string {
    return join(this.directory, digest.replace(":", "-"));
  }

  /** Makes `target` a file with this content and mode, a link to one that all share; read only. */
  async linkTo(target: string, digest: string, mode: number): Promise<void> {
    const source = await this.withMode(digest, mode);
    await link(source, target).catch(async (error: NodeJS.ErrnoException) => {
      // A file has at most 65,000 names on ext4.
      if (!["EMLINK", "EXDEV", "EPERM"].includes(error.code ?? "")) throw error;
      await copyFile(source, target);
      await chmod(target, mode);
    });
  }

  private readonly modes = new Map<string, Promise<string>>();

  private withMode(digest: string, mode: number): Promise<string> {
    const key = `${digest}-${mode.toString(8)}`;
    const known = this.modes.get(key) ?? this.findWithMode(digest, mode);
    this.modes.set(key, known);
    return known;
  }

  private async findWithMode(digest: string, mode: number): Promise<string> {
    const plain = this.path(digest);
    if (((await lstat(plain)).mode & 0o7777) === mode) return plain;
    const path = `${plain}-${mode.toString(8)}`;
    if (await exists(path)) return path;
    const unfinished = `${path}.${randomUUID()}`;
    await copyFile(plain, unfinished);
    await chmod(unfinished, mode);
    await rename(unfinished, path);
    return path;
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
