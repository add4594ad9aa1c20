import type { BlobStore } from "./blob-store";
import type { Tree } from "./tree";
import { writeTree } from "./tree";

/** How a container of the image is started. Source: OCI image specification, config.md. */
export interface ContainerConfig {
  /** `NAME=value`, in the order of the Dockerfile. */
  readonly Env: readonly string[];
  readonly WorkingDir: string;
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly User?: string;
  readonly ExposedPorts?: Readonly<Record<string, object>>;
  readonly Labels?: Readonly<Record<string, string>>;
  readonly StopSignal?: string;
}

/** An image's configuration. It carries no time of creation: the same sources give the same digest. */
export interface ImageConfig {
  readonly architecture: string;
  readonly os: string;
  readonly config: ContainerConfig;
}

/** What a digest names: the configuration and one layer with the whole file system. */
export interface ImageManifest {
  readonly schemaVersion: 2;
  readonly config: { readonly digest: string };
  readonly layers: readonly [{ readonly digest: string; readonly size: number }];
}

/** An image with its contents at hand. */
export class Image {
  private constructor(
    readonly digest: string,
    readonly manifest: ImageManifest,
    readonly platform: { readonly os: string; readonly architecture: string },
    readonly config: ContainerConfig,
    private readonly blobs: BlobStore,
  ) {}

  static async load(digest: string, blobs: BlobStore): Promise<Image> {
    const manifest = (await blobs.getJson(digest)) as ImageManifest;
    const { os, architecture, config } = (await blobs.getJson(manifest.config.digest)) as ImageConfig;
    return new Image(digest, manifest, { os, architecture }, config, blobs);
  }

  /** Keeps an image's parts; returns the digest of its manifest. */
  static async save(config: ImageConfig, tree: Tree, blobs: BlobStore): Promise<string> {
    const manifest: ImageManifest = {
      schemaVersion: 2,
      config: { digest: await blobs.putJson(config) },
      layers: [{ digest: await blobs.putJson(tree), size: sizeOf(tree) }],
    };
    return blobs.putJson(manifest);
  }

  /** Its file system. */
  async tree(): Promise<Tree> {
    return (await this.blobs.getJson(this.manifest.layers[0].digest)) as Tree;
  }

  /** Writes the image's file system as `directory`, a copy of its own whose links do not leave it. */
  async unpack(directory: string): Promise<void> {
    await writeTree(await this.tree(), directory, this.blobs);
  }
}

function sizeOf(tree: Tree): number {
  return tree.reduce((bytes, entry) => bytes + (entry.type === "file" ? entry.bytes : 0), 0);
}
