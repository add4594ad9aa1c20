import * as aws from "@pulumi/aws";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import * as path from "node:path";
import { type Problem, refuse } from "./problems";
import { protection } from "./protection";
import type { CpuArchitecture } from "./task/task-definition";
import { orMocked } from "./mocked-values";

export interface ImageRepositoryArgs {
  /** Keeps the repository, and the images in it, from being deleted. @default false */
  readonly deletionProtection?: boolean;
}

export interface FirstImageArgs {
  /** Folder with the app and its Dockerfile, on the machine that runs `pulumi up`. */
  readonly appDirectory: string;
  /** @default "X86_64" */
  readonly cpuArchitecture?: CpuArchitecture;
}

/** Docker's name for an architecture of Fargate's. */
export function imagePlatform(cpuArchitecture: CpuArchitecture): string {
  return cpuArchitecture === "ARM64" ? "linux/arm64" : "linux/amd64";
}

/** What follows the commit in the tag of an image for ARM64: tasks of the other architecture cannot start it. */
export const arm64Suffix = "-arm64";

/** The tag under which a commit's image is pushed. */
export function imageTag(commit: string, cpuArchitecture: CpuArchitecture): string {
  return cpuArchitecture === "ARM64" ? `${commit}${arm64Suffix}` : commit;
}

/** The ECR repository that a service's images live in: tags that cannot be moved, a scan on each push. */
export class ImageRepository extends pulumi.ComponentResource {
  readonly repository: aws.ecr.Repository;
  private firstImage: { readonly args: Required<FirstImageArgs>; readonly digest: pulumi.Output<string> } | undefined;

  constructor(
    private readonly name: string,
    args: ImageRepositoryArgs = {},
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("greenlight:index:ImageRepository", name, {}, opts);
    const deletionProtection = args.deletionProtection ?? false;
    this.repository = new aws.ecr.Repository(
      name,
      {
        imageTagMutability: "IMMUTABLE",
        imageScanningConfiguration: { scanOnPush: true },
        encryptionConfigurations: [{ encryptionType: "KMS" }],
        forceDelete: !deletionProtection,
      },
      { parent: this, ...protection({ deletionProtection }) },
    );
    new aws.ecr.LifecyclePolicy(
      name,
      { repository: this.repository.name, policy: JSON.stringify(lifecyclePolicy) },
      { parent: this },
    );
    this.registerOutputs();
  }

  /**
   * Builds and pushes the image that the service is born with, once; returns it by digest. Needs Docker where
   * `pulumi up` runs; later images come by release. Services that share the repository share this image.
   *
   * @throws InvalidInput when it was built from another folder or for another architecture.
   */
  buildFirstImage({ appDirectory, cpuArchitecture = "X86_64" }: FirstImageArgs): pulumi.Output<string> {
    const args = { appDirectory, cpuArchitecture };
    refuse(`buildFirstImage of ImageRepository "${this.name}"`, otherImageProblems(args, this.firstImage?.args));
    this.firstImage ??= { args, digest: this.build(args) };
    return this.firstImage.digest;
  }

  private build({ appDirectory, cpuArchitecture }: Required<FirstImageArgs>): pulumi.Output<string> {
    const { repositoryUrl, registryId } = this.repository;
    const token = aws.ecr.getAuthorizationTokenOutput({ registryId }, { parent: this });
    const image = new docker.Image(
      this.name,
      {
        imageName: pulumi.interpolate`${repositoryUrl}:first`,
        build: {
          context: appDirectory,
          dockerfile: path.join(appDirectory, "Dockerfile"),
          platform: imagePlatform(cpuArchitecture),
        },
        registry: {
          server: repositoryUrl.apply((url) => orMocked(url, "repository URL", "mocked/mocked").split("/")[0]!),
          username: token.userName,
          password: pulumi.secret(token.password),
        },
      },
      {
        parent: this,
        // Removing it from the program (by naming a first image instead) must not disturb what runs.
        retainOnDelete: true,
        // The app's code changes with every commit, and a token with every run; neither is a reason to build again.
        // See docs/decisions/first-image.md for what the provider makes of this.
        ignoreChanges: ["build", "imageName", "registry"],
      },
    );
    return image.repoDigest;
  }
}

/** A repository has one image with the tag of the first. */
function otherImageProblems(args: Required<FirstImageArgs>, built: Required<FirstImageArgs> | undefined): Problem[] {
  const fields = ["appDirectory", "cpuArchitecture"] as const;
  return fields
    .filter((field) => built && built[field] !== args[field])
    .map((path) => ({
      path,
      message: `is ${args[path]}, but the first image is built with ${built![path]}. Create another ImageRepository for it.`,
    }));
}

/**
 * Only untagged images ever expire. The live image, as every image that a build pushed, carries the tag of its commit,
 * which is immutable; so no rule here can take it. Source: ECR user guide, LifecyclePolicies.
 */
const lifecyclePolicy = {
  rules: [
    {
      rulePriority: 1,
      description: "What no commit's tag holds",
      selection: { tagStatus: "untagged", countType: "sinceImagePushed", countUnit: "days", countNumber: 14 },
      action: { type: "expire" },
    },
  ],
};
