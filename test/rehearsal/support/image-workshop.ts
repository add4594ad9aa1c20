import { mkdir, mkdtemp, readFile, realpath, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { buildImage } from "../../../rehearsal/images/build";
import type { Image } from "../../../rehearsal/images/image";
import { ImageStore } from "../../../rehearsal/images/image-store";
import { readRegistrySettings } from "../../../rehearsal/images/registry-settings";
import { chooseSandbox, type SandboxMode } from "../../../rehearsal/sandbox/mode";
import { removeTree } from "../../../rehearsal/sandbox/remove-tree";

export const host = "123456789012.dkr.ecr.eu-central-1.amazonaws.com";
export const repository = `${host}/shop`;

/** A directory with an image store, and the means to build images for it. */
export class ImageWorkshop {
  /** What the builds printed. */
  readonly lines: string[] = [];
  readonly store: ImageStore;

  private constructor(
    readonly directory: string,
    readonly sandbox: SandboxMode,
  ) {
    this.store = new ImageStore(join(directory, "store"));
  }

  /** @param choice @default namespaces where they can be had */
  static async open(choice?: "none" | "namespaces"): Promise<ImageWorkshop> {
    const directory = await realpath(await mkdtemp(join(tmpdir(), "greenlight-images-")));
    const sandbox = await chooseSandbox(directory, choice, () => undefined);
    const workshop = new ImageWorkshop(directory, sandbox);
    await workshop.store.createRepository(repository);
    return workshop;
  }

  /** Writes `files` as an app's directory. */
  async write(files: Record<string, string>, name = "app"): Promise<string> {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(this.directory, name, path)), { recursive: true });
      await writeFile(join(this.directory, name, path), content);
    }
    return join(this.directory, name);
  }

  async build(contextDirectory: string, tag = "app", buildArguments: Record<string, string> = {}): Promise<Image> {
    return buildImage({
      store: this.store,
      contextDirectory,
      tags: [tag],
      platform: "linux/amd64",
      buildArguments,
      registries: readRegistrySettings(process.env),
      sandbox: this.sandbox,
      output: (line) => this.lines.push(line),
    });
  }

  /** Writes the files and builds them. */
  async buildFiles(files: Record<string, string>, tag?: string): Promise<Image> {
    return this.build(await this.write(files), tag);
  }

  /** Unpacks the image and returns a reader of its files. */
  async contents(image: Image): Promise<(path: string) => Promise<string>> {
    const root = await mkdtemp(join(this.directory, "root-"));
    await image.unpack(root);
    return (path) => readFile(join(root, path), "utf8");
  }

  async close(): Promise<void> {
    await removeTree(this.directory);
  }
}
