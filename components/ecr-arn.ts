import { arnParts } from "./arn";

/** An image or repository in a private ECR registry, taken apart; undefined for other registries. */
export function ecrRepository(uri: string) {
  const parts = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com[a-z.]*\/([^:@]+)/.exec(uri);
  if (!parts) return undefined;
  const [, account = "", region = "", name = ""] = parts;
  return { account, region, name };
}

/** The repository's ARN, of the same partition as `sibling`; none for other registries. */
export function ecrRepositoryArns(uri: string, sibling: string): string[] {
  const repository = ecrRepository(uri);
  if (!repository) return [];
  const { account, region, name } = repository;
  return [`arn:${arnParts(sibling).partition}:ecr:${region}:${account}:repository/${name}`];
}
