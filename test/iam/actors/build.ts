import type { Actor, Calls } from "../actor";
import { artifact, artifactBucket, caches, logStream, projectOf, repository, role, signingProfiles } from "./things";

/** The build: makes the commit's image. */
export const build: Actor = {
  name: "CodeBuild",
  does: "builds the commit's image, pushes it under its tag, keeps its steps for the next one, has it signed, reads the scan's findings",
  service: "codebuild.amazonaws.com",
  role: "-build",
  calls: (stack) => [
    {
      actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
      on: [logStream(stack, "-build")],
      why: "writes the build's log",
      source: "CodeBuild user guide, setting-up-service-role",
    },
    {
      actions: ["s3:GetObject", "s3:GetObjectVersion"],
      on: [artifact(stack, "Source")],
      why: "takes the commit",
      source: "CodeBuild user guide, setting-up-service-role",
    },
    {
      actions: ["s3:PutObject"],
      on: [artifact(stack, "Image")],
      why: "leaves imageDetail.json",
      source: "CodeBuild user guide, setting-up-service-role",
    },
    {
      actions: ["s3:GetBucketAcl", "s3:GetBucketLocation"],
      on: [artifactBucket(stack)],
      why: "makes sure whose bucket it is",
      source: "CodeBuild user guide, setting-up-service-role",
    },
    {
      actions: ["ecr:GetAuthorizationToken"],
      on: ["*"],
      why: "logs in to the registry",
      source: "components/pipeline/buildspec.ts; ECR user guide, registry_auth",
    },
    {
      actions: ["ecr:DescribeImages"],
      on: [repository(stack)],
      why: "looks whether the commit was built before",
      source: "components/pipeline/buildspec.ts",
    },
    {
      actions: [
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:CompleteLayerUpload",
        "ecr:InitiateLayerUpload",
        "ecr:PutImage",
        "ecr:UploadLayerPart",
      ],
      on: [repository(stack)],
      why: "pushes the image",
      source: "ECR user guide, image-push-iam",
    },
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
      on: caches(stack),
      why: "takes steps of earlier builds from the cache, leaves its own there",
      source: "components/pipeline/build-cache.ts; ECR user guide, image-push-iam",
    },
    {
      actions: ["signer:SignPayload"],
      on: signingProfiles(stack),
      why: "ECR signs what it pushes",
      source: "ECR user guide, managed-signing",
    },
    ...promoted(stack.promoteFrom?.repositoryUri),
    ...(gated(projectOf(stack, role(stack, "-build")).inputs) ? scanGate(repository(stack)) : []),
  ],
};

function promoted(repositoryUri: string | undefined): Calls[] {
  const [, account, region, name] = /^(\d+)\.dkr\.ecr\.([\w-]+)\.amazonaws\.com\/(.+)$/.exec(repositoryUri ?? "") ?? [];
  if (!name) return [];
  return [
    {
      actions: ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
      on: [`arn:aws:ecr:${region}:${account}:repository/${name}`],
      why: "copies what the stack before has released",
      source: "components/pipeline/promotion-buildspec.ts; ECR user guide, repository-policy-examples",
    },
  ];
}

function scanGate(repositoryArn: string) {
  return [
    {
      actions: ["ecr:DescribeImageScanFindings"],
      on: [repositoryArn],
      why: "reads what the scan found",
      source: "components/pipeline/scan-gate.ts",
    },
    {
      actions: ["inspector2:ListCoverage", "inspector2:ListFindings"],
      on: ["*"],
      why: "the same of enhanced scanning",
      source: "ECR user guide, image-scanning-enhanced-iam",
    },
  ];
}

function gated(project: Readonly<Record<string, unknown>>): boolean {
  const { environmentVariables } = project.environment as { environmentVariables: readonly { name: string }[] };
  return environmentVariables.some(({ name }) => name === "SCAN_SEVERITIES");
}
