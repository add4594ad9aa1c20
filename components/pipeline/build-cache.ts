import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Statement } from "../policy";

/** When a build takes nothing from the cache. */
export const freshPeriods = ["day", "week"] as const;

/** Keeps the steps of each build for the next one, in a repository beside the image's. */
export interface BuildCacheArgs {
  /**
   * The first build of each day, or of each week from Monday, takes nothing from the cache, so that no package in an
   * image is older. Days are of UTC. @default "day"
   */
  readonly freshEvery?: (typeof freshPeriods)[number];
}

/** The cache of a period is under the period's tag. Source: date(1); ISO 8601's week of a year. */
const tagFormats = { day: "%F", week: "%G-W%V" };

/** Source: ECR user guide, LifecyclePolicies. */
const expiry = {
  rulePriority: 1,
  description: "Of a day or a week that has ended, or overwritten",
  selection: { tagStatus: "any", countType: "sinceImagePushed", countUnit: "days", countNumber: 7 },
  action: { type: "expire" },
};

/** What a build needs to use its cache. */
export interface BuildCache {
  readonly variables: readonly { readonly name: string; readonly value: pulumi.Input<string> }[];
  readonly statements: readonly Statement[];
}

/** Makes the cache's repository: its tags move, and nothing that runs is pulled from it. */
export function buildCache(
  name: string,
  { freshEvery = "day" }: BuildCacheArgs,
  opts: pulumi.CustomResourceOptions,
): BuildCache {
  const repository = new aws.ecr.Repository(
    `${name}-cache`,
    { imageTagMutability: "MUTABLE", encryptionConfigurations: [{ encryptionType: "KMS" }], forceDelete: true },
    opts,
  );
  const policy = JSON.stringify({ rules: [expiry] });
  new aws.ecr.LifecyclePolicy(`${name}-cache`, { repository: repository.name, policy }, opts);
  return {
    variables: [
      { name: "CACHE_REPOSITORY_URI", value: repository.repositoryUrl },
      { name: "CACHE_TAG_FORMAT", value: tagFormats[freshEvery] },
    ],
    // Source: ECR user guide, image-push-iam; pulling is the two Gets.
    statements: [
      {
        actions: [
          "ecr:BatchCheckLayerAvailability",
          "ecr:BatchGetImage",
          "ecr:CompleteLayerUpload",
          "ecr:GetDownloadUrlForLayer",
          "ecr:InitiateLayerUpload",
          "ecr:PutImage",
          "ecr:UploadLayerPart",
        ],
        resources: [repository.arn],
      },
    ],
  };
}

/**
 * A step of the build, before the image is. The engine's own builder cannot write a cache to a registry, one in a
 * container can; where there is none, the image is built without. Source: Docker's manual, build/cache/backends.
 */
export const openCache = `\
set -euo pipefail
BUILD_CACHE=""
if [ -n "$IMAGE_DIGEST" ] || [ -z "\${CACHE_REPOSITORY_URI:-}" ]; then
  echo "No cache is needed"
elif docker buildx create --name greenlight --driver docker-container --bootstrap; then
  BUILD_CACHE="type=registry,ref=$CACHE_REPOSITORY_URI:$(date -u +"$CACHE_TAG_FORMAT")"
  echo "What was built before comes from $BUILD_CACHE"
else
  echo "There is no builder that could use the cache; every step is built anew"
fi
export BUILD_CACHE
`;

/** Builds and pushes the image \`image\` with the cache; what is wrong with the cache fails no build. */
export const buildFromCache = `\
docker buildx build --builder greenlight --pull --cache-from "$BUILD_CACHE" --cache-to "$BUILD_CACHE,mode=max,image-manifest=true,oci-mediatypes=true,ignore-error=true" --push`;
