/** An image's name, taken apart: `host/repository:tag` or `host/repository@sha256:…`. */
export interface ImageReference {
  /** Registry and repository: `123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop`; a local image has no registry. */
  readonly uri: string;
  /** The registry, undefined for a local name such as `shop:latest`. */
  readonly host: string | undefined;
  /** The repository's name in its registry. */
  readonly repository: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

const pattern =
  /^(?<uri>[^:@]+(?::\d+(?=\/))?(?:\/[^:@]+)*)(?::(?<tag>[\w][\w.-]{0,127}))?(?:@(?<digest>sha256:[0-9a-f]{64}))?$/;

/** @throws Error when `text` is no image reference. Without tag and digest the tag is `latest`, as for Docker. */
export function parseReference(text: string): ImageReference {
  const { uri, tag, digest } = pattern.exec(text)?.groups ?? {};
  if (uri === undefined || /[A-Z\s]/.test(uri)) {
    throw new Error(`invalid reference format: "${text}" is not host/repository:tag or host/repository@sha256:…`);
  }
  const slash = uri.indexOf("/");
  const first = uri.slice(0, slash);
  const host = slash > 0 && /[.:]|^localhost$/.test(first) ? first : undefined;
  return {
    uri,
    host,
    repository: host === undefined ? uri : uri.slice(slash + 1),
    tag: tag ?? (digest === undefined ? "latest" : undefined),
    digest,
  };
}
