import { type Actor, anything, type Calls, stranger } from "../actor";
import type { Stack } from "../stack";
import { repository } from "./things";

/** What EventBridge says of an event that it hands to a bus. */
const newObject = { "events:source": "aws.s3", "events:detail-type": "Object Created" };

/** EventBridge, when this stack has released. */
export const tell: Actor = {
  name: "EventBridge, for the stacks after",
  does: "tells a release to the stacks that may promote it",
  service: "events.amazonaws.com",
  role: "-tell",
  calls: (stack) => [
    {
      actions: ["events:PutEvents"],
      on: stack.all("aws:cloudwatch/eventTarget:EventTarget").flatMap(({ inputs }) => {
        const arn = inputs.arn as string;
        return arn.includes(":event-bus/") ? [arn] : [];
      }),
      context: newObject,
      why: "a release is told",
      source: "EventBridge user guide, eb-cross-account",
    },
  ],
};

/** EventBridge, when the stack before has released. */
export const startPromotion: Actor = {
  name: "EventBridge, for the stack before",
  does: "starts the pipeline when the stack before has released",
  service: "events.amazonaws.com",
  role: "-promotion",
  calls: (stack) => [
    {
      actions: ["codepipeline:StartPipelineExecution"],
      on: [stack.arn("aws:codepipeline/pipeline:Pipeline")],
      why: "a release of the stack before is a release here",
      source: "CodePipeline user guide, create-S3-source-events-cfn",
    },
  ],
};

/** A stack after this one, in another account, whatever its own account allows it. */
export const stackAfter: Actor = {
  name: "A stack after this one",
  does: "reads what was released and copies the image; its account says which of its roles may",
  service: "arn:aws:iam::222222222222:role/prod-pipeline",
  identity: anything,
  calls: (stack) => reading(stack, "s3.eu-central-1.amazonaws.com"),
  never: (stack) =>
    reading(stack, "ec2.eu-central-1.amazonaws.com").filter(({ actions }) => actions.includes("kms:Decrypt")),
};

/** The stack before this one, in another account. */
export const stackBefore: Actor = {
  name: "The stack before this one",
  does: "tells of its releases on this one's bus",
  service: "arn:aws:iam::111111111111:role/dev-tell",
  identity: anything,
  calls: (stack) => telling(stack, newObject),
  never: (stack) => [
    ...telling(stack, { ...newObject, "events:source": "shop.releases" }),
    ...telling(stack, { ...newObject, "events:detail-type": "Object Deleted" }),
  ],
};

function telling(stack: Stack, context: Readonly<Record<string, string>>): Calls[] {
  return stack.all("aws:cloudwatch/eventBus:EventBus").map(({ outputs }) => ({
    actions: ["events:PutEvents"],
    on: [outputs.arn as string],
    context,
    why: "tells of a release",
    source: "EventBridge user guide, eb-cross-account",
  }));
}

/** Any other account, whatever it allows itself. */
export const strangers: Actor = {
  name: "Any other account",
  does: "nothing",
  service: `arn:aws:iam::${stranger}:role/theirs`,
  identity: anything,
  calls: () => [],
};

function reading(stack: Stack, viaService: string): Calls[] {
  if (!stack.has("aws:ecr/repositoryPolicy:RepositoryPolicy")) return [];
  const bucket = stack.arn("aws:s3/bucket:Bucket", "-released");
  const source = "CodePipeline user guide, action-reference-S3";
  return [
    {
      actions: ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
      on: [repository(stack)],
      why: "copies the image",
      source: "ECR user guide, repository-policy-examples",
    },
    {
      actions: ["s3:GetObject", "s3:GetObjectTagging", "s3:GetObjectVersion", "s3:GetObjectVersionTagging"],
      on: [`${bucket}/released.zip`],
      why: "reads what was released",
      source,
    },
    {
      actions: ["s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning"],
      on: [bucket],
      why: "finds its newest version",
      source,
    },
    {
      actions: ["kms:Decrypt"],
      on: [stack.arn("aws:kms/key:Key", "-released")],
      context: { "kms:ViaService": viaService },
      why: "reads what was released",
      source: "KMS developer guide, key-policy-modifying-external-accounts",
    },
  ];
}
