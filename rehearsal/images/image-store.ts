import { randomUUID } from "node:crypto";
import { link, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { removeTree } from "../sandbox/remove-tree";
import { BlobStore, digestOf, exists, writeWhole } from "./blob-store";
import { Image } from "./image";
import { EngineLayers, type Layers } from "./layers";
import type { ImageReference } from "./reference";
import { parseReference } from "./reference";
import { linkTree, type Tree } from "./tree";

/** The file in a repository's folder that says that its tags move. */
const mutableMark = "mutable";

/** Codes as ECR's API gives them. Source: Amazon ECR API reference, DescribeImages and PutImage. */
export type RegistryErrorCode =
  "ImageNotFoundException" | "RepositoryNotFoundException" | "ImageTagAlreadyExistsException";

/** A refusal in the registry's own words. */
export class RegistryError extends Error {
  constructor(
    readonly code: RegistryErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/** One image of a repository, as ECR's DescribeImages tells it. */
export interface ImageDetail {
  readonly registryId: string;
  readonly repositoryName: string;
  readonly imageDigest: string;
  readonly imageTags: readonly string[];
  readonly imageSizeInBytes: number;
}

/**
 * A Docker engine's local images and a registry with immutable tags, both in one directory and apart from each other:
 * an image that was built is not in the registry until it is pushed.
 *
 * Source: Amazon ECR user guide, image-tag-mutability.
 */
export class ImageStore {
  readonly blobs: BlobStore;
  /** What the engine has built before. */
  readonly layers: Layers;

  constructor(readonly directory: string) {
    this.blobs = new BlobStore(join(directory, "blobs"));
    this.layers = new EngineLayers(join(directory, "engine", "layers"), this.blobs);
  }

  /**
   * A folder with these files for sandboxes, which all of them share: nothing may write to it. Its links are those of
   * the image, so that only what has the image's root may follow them.
   */
  async folderOf(tree: Tree): Promise<string> {
    const folders = join(this.directory, "engine", "folders");
    const folder = join(folders, fileName(digestOf(JSON.stringify(tree))));
    if (await exists(folder)) return folder;
    const unfinished = join(folders, `unfinished-${randomUUID()}`);
    await linkTree(tree, unfinished, this.blobs);
    await rename(unfinished, folder).catch(async (error: unknown) => {
      // Another process was faster.
      await removeTree(unfinished);
      if (!(await exists(folder))) throw error;
    });
    return folder;
  }

  /** Makes the empty repository `host/name`; does nothing where it exists. Its tags do not move, unless they are MUTABLE. */
  async createRepository(uri: string, tags = "IMMUTABLE"): Promise<void> {
    const { host } = parseReference(uri);
    if (host === undefined) throw new Error(`A repository's URI is host/name, and "${uri}" names no host.`);
    await mkdir(join(this.repositoryDirectory(uri), "tags"), { recursive: true });
    await mkdir(join(this.repositoryDirectory(uri), "digests"), { recursive: true });
    if (tags === "MUTABLE") await writeFile(join(this.repositoryDirectory(uri), mutableMark), "");
  }

  /** The URI of the repository with this name in this region. @throws RegistryError RepositoryNotFoundException */
  async findRepository(name: string, region: string): Promise<string> {
    const repositories = (await names(join(this.directory, "registry"))).map(decodeURIComponent);
    const found = repositories.find((uri) => {
      const { host, repository } = parseReference(uri);
      return repository === name && host?.includes(`.${region}.`);
    });
    if (found === undefined) throw repositoryNotFound(name, (repositories[0] ?? "").split(".")[0] ?? "");
    return found;
  }

  /** True where any repository lives in the registry `host`. */
  async hasRegistry(host: string): Promise<boolean> {
    const repositories = (await names(join(this.directory, "registry"))).map(decodeURIComponent);
    return repositories.some((uri) => parseReference(uri).host === host);
  }

  /** Gives a local image a name; a name of the engine moves freely. */
  async tagLocal(digest: string, reference: string): Promise<void> {
    await mkdir(join(this.directory, "engine", "images"), { recursive: true });
    await writeWhole(this.localPath(parseReference(reference)), digest);
  }

  /** The engine's image of this name, or undefined. */
  async findLocal(reference: string): Promise<Image | undefined> {
    const path = this.localPath(parseReference(reference));
    return (await exists(path)) ? Image.load(await readFile(path, "utf8"), this.blobs) : undefined;
  }

  /** Copies an image from registry to registry, as it is. @throws RegistryError as `describe` and `push` do */
  async copy(source: string, target: string): Promise<Image> {
    const { imageDigest } = await this.describe(source);
    await this.tagLocal(imageDigest, target);
    return this.push(target);
  }

  /**
   * Copies a local image to its registry.
   * @throws RegistryError ImageTagAlreadyExistsException, RepositoryNotFoundException, or ImageNotFoundException when
   * the engine has no such image.
   */
  async push(reference: string): Promise<Image> {
    const parsed = parseReference(reference);
    const image = await this.findLocal(reference);
    if (image === undefined) {
      throw new RegistryError("ImageNotFoundException", `An image does not exist locally with the tag: ${parsed.uri}`);
    }
    await this.requireRepository(parsed);
    await writeFile(join(this.repositoryDirectory(parsed.uri), "digests", fileName(image.digest)), "");
    await this.setTag(parsed, image.digest);
    return image;
  }

  /** The image that `host/name:tag` or `host/name@sha256:…` names in the registry. @throws RegistryError */
  async resolve(reference: string): Promise<Image> {
    return Image.load((await this.describe(reference)).imageDigest, this.blobs);
  }

  /** What the registry knows of one image. @throws RegistryError ImageNotFoundException, RepositoryNotFoundException */
  async describe(reference: string): Promise<ImageDetail> {
    const parsed = parseReference(reference);
    await this.requireRepository(parsed);
    const directory = this.repositoryDirectory(parsed.uri);
    const known = new Map<string, string>();
    for (const tag of await names(join(directory, "tags"))) {
      known.set(tag, await readFile(join(directory, "tags", tag), "utf8"));
    }
    const imageDigest = parsed.digest ?? known.get(parsed.tag ?? "latest");
    if (imageDigest === undefined || !(await exists(join(directory, "digests", fileName(imageDigest))))) {
      const id = parsed.digest ? `imageDigest:'${parsed.digest}'` : `imageDigest:'null', imageTag:'${parsed.tag}'`;
      throw new RegistryError(
        "ImageNotFoundException",
        `The image with imageId {${id}} does not exist within the repository with name '${parsed.repository}' in the ` +
          `registry with id '${accountOf(parsed)}'`,
      );
    }
    const image = await Image.load(imageDigest, this.blobs);
    return {
      registryId: accountOf(parsed),
      repositoryName: parsed.repository,
      imageDigest,
      imageTags: [...known].filter(([, digest]) => digest === imageDigest).map(([tag]) => tag),
      imageSizeInBytes: image.manifest.layers[0].size,
    };
  }

  /** Writes a builder's cache under a tag of the registry: digests of files by the key of the step that made them. */
  async pushCache(reference: string, layers: ReadonlyMap<string, string>): Promise<void> {
    const parsed = parseReference(reference);
    await this.requireRepository(parsed);
    await this.setTag(parsed, await this.blobs.putJson([...layers]));
  }

  /** What `pushCache` wrote there last; undefined if nothing did. */
  async pullCache(reference: string): Promise<ReadonlyMap<string, string> | undefined> {
    const { uri, tag = "latest" } = parseReference(reference);
    const path = join(this.repositoryDirectory(uri), "tags", tag);
    if (!(await exists(path))) return undefined;
    return new Map((await this.blobs.getJson(await readFile(path, "utf8"))) as [string, string][]);
  }

  /** @throws RegistryError ImageTagAlreadyExistsException, where tags do not move */
  private async setTag({ uri, repository, tag = "latest" }: ImageReference, digest: string): Promise<void> {
    const path = join(this.repositoryDirectory(uri), "tags", tag);
    if (await exists(join(this.repositoryDirectory(uri), mutableMark))) return writeWhole(path, digest);
    const unfinished = join(this.repositoryDirectory(uri), `unfinished-${randomUUID()}`);
    await writeFile(unfinished, digest);
    try {
      // A link fails where the tag exists, even when two builds push at the same moment, and is never half written.
      await link(unfinished, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      throw new RegistryError(
        "ImageTagAlreadyExistsException",
        `tag invalid: The image tag '${tag}' already exists in the '${repository}' repository and cannot be ` +
          "overwritten because the tag is immutable.",
      );
    } finally {
      await rm(unfinished);
    }
  }

  private async requireRepository(reference: ImageReference): Promise<void> {
    if (reference.host === undefined || !(await exists(this.repositoryDirectory(reference.uri)))) {
      throw repositoryNotFound(reference.repository, accountOf(reference));
    }
  }

  private repositoryDirectory(uri: string): string {
    return join(this.directory, "registry", encodeURIComponent(uri));
  }

  private localPath({ uri, tag, digest }: ImageReference): string {
    return join(this.directory, "engine", "images", encodeURIComponent(digest ? `${uri}@${digest}` : `${uri}:${tag}`));
  }
}

function repositoryNotFound(name: string, account: string): RegistryError {
  return new RegistryError(
    "RepositoryNotFoundException",
    `The repository with name '${name}' does not exist in the registry with id '${account}'`,
  );
}

/** `123456789012.dkr.ecr.…` begins with the account. */
function accountOf({ host }: ImageReference): string {
  return (host ?? "").split(".")[0] ?? "";
}

function fileName(digest: string): string {
  return digest.replace(":", "-");
}

async function names(directory: string): Promise<string[]> {
  return (await exists(directory)) ? readdir(directory) : [];
}
