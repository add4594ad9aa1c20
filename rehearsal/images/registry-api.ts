import { z } from "zod";
import { type ImageDetail, RegistryError } from "./image-store";
import { parseReference } from "./reference";

/** Kinds of manifests that `docker push` may leave. Source: OCI distribution specification, "Pulling manifests". */
const manifestTypes = [
  "application/vnd.docker.distribution.manifest.v2+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.oci.image.index.v1+json",
];

const manifestSizes = z.looseObject({ layers: z.array(z.looseObject({ size: z.number() })).default([]) });

/** Whether a registry listens at `host:port`. */
export async function answersAsRegistry(address: string): Promise<boolean> {
  return fetch(`http://${address}/v2/`, { signal: AbortSignal.timeout(1_000) }).then(
    ({ ok }) => ok,
    () => false,
  );
}

/** What a registry on loopback knows of `host:port/name:tag` or `…@sha256:…`. @throws RegistryError ImageNotFoundException */
export async function describeInRegistry(reference: string): Promise<ImageDetail> {
  const { host, repository, tag, digest } = parseReference(reference);
  const response = await fetch(`http://${host}/v2/${repository}/manifests/${digest ?? tag}`, {
    headers: { accept: manifestTypes.join(", ") },
    signal: AbortSignal.timeout(10_000),
  });
  const body: unknown = await response.json().catch(() => ({}));
  const imageDigest = response.headers.get("docker-content-digest");
  if (!response.ok || imageDigest === null) {
    throw new RegistryError(
      "ImageNotFoundException",
      `The image with imageId {imageDigest:'${digest ?? "null"}', imageTag:'${tag ?? "null"}'} does not exist within the ` +
        `repository with name '${repository}'`,
    );
  }
  const sizes = manifestSizes.parse(body);
  return {
    registryId: host ?? "",
    repositoryName: repository,
    imageDigest,
    imageTags: tag === undefined ? [] : [tag],
    imageSizeInBytes: sizes.layers.reduce((sum, { size }) => sum + size, 0),
  };
}
