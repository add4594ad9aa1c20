import type { Actor, Calls } from "./actor";
import { build } from "./actors/build";
import { tests } from "./actors/tests";
import { artifact, artifactBucket, bucketsOf, caches, repository } from "./actors/things";
import { artifactsOf, releaseArtifacts, type Stack } from "./stack";

/** What code of an app, or of its dependencies, would call to reach what it was not built for. */
export interface Attack {
  readonly name: string;
  readonly actor: Actor;
  readonly calls: readonly Calls[];
}

/** The attacks of the code that runs in a stack's build projects; each of their calls must be denied. */
export function attacks(stack: Stack): readonly Attack[] {
  const runners = [tests, build].filter(({ role }) => stack.role(role!) !== undefined);
  return runners.flatMap((actor) => [
    { name: "rewrites what is released", actor, calls: rewriting(stack, actor) },
    { name: "reads artifacts of other actions", actor, calls: reading(stack) },
    ...(actor === tests
      ? [{ name: "pushes a commit's tag before its image is built", actor, calls: pushing(stack) }]
      : []),
  ]);
}

/** The build leaves imageDetail.json itself. */
function rewriting(stack: Stack, actor: Actor): Calls[] {
  const [template, image] = releaseArtifacts(stack);
  const forRelease = [template!, ...(actor === tests ? [image!] : [])];
  const objects = stack.all("aws:s3/bucketObjectv2:BucketObjectv2").map(({ outputs }) => {
    return `arn:aws:s3:::${String(outputs.bucket)}/${String(outputs.key)}`;
  });
  const released = bucketsOf(stack, "-released").map((bucket) => `${bucket}/released.zip`);
  return [
    {
      actions: ["s3:PutObject"],
      on: [...forRelease.map((name) => artifact(stack, name)), ...objects, ...released],
      why: "another hook, command or image would be released here or by the next stack",
      source: "CodePipeline user guide, action-reference-ECSbluegreen",
    },
  ];
}

function reading(stack: Stack): Calls[] {
  const others = artifactsOf(stack).filter((name) => name !== "Source");
  return [
    {
      actions: ["s3:GetObject", "s3:GetObjectVersion"],
      on: others.map((name) => artifact(stack, name)),
      why: "would tell what other actions hand on",
      source: "CodeBuild user guide, setting-up-service-role",
    },
    {
      actions: ["s3:ListBucket", "s3:ListBucketVersions"],
      on: [artifactBucket(stack)],
      why: "would tell the keys of other runs",
      source: "S3 user guide, using-with-s3-policy-actions",
    },
  ];
}

function pushing(stack: Stack): Calls[] {
  const source = "ECR user guide, image-push-iam";
  return [
    { actions: ["ecr:GetAuthorizationToken"], on: ["*"], why: "would log in to the registry", source },
    {
      actions: [
        "ecr:BatchCheckLayerAvailability",
        "ecr:CompleteLayerUpload",
        "ecr:InitiateLayerUpload",
        "ecr:PutImage",
        "ecr:UploadLayerPart",
      ],
      on: [repository(stack), ...caches(stack)],
      why: "would be taken for the commit's image, or for steps of its build",
      source,
    },
  ];
}
