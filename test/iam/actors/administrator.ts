import { account } from "../../../rehearsal/graph/aws-outputs";
import { type Actor, anything } from "../actor";

/** Whoever runs `pulumi up`: may do anything that the resources' own policies do not take away. */
export const administrator: Actor = {
  name: "An administrator",
  does: "runs `pulumi up`, and looks after what it made",
  service: `arn:aws:iam::${account}:user/administrator`,
  identity: anything,
  calls: (stack) => [
    {
      actions: ["s3:ListBucket"],
      on: stack.all("aws:s3/bucket:Bucket").map(({ outputs }) => outputs.arn as string),
      why: "looks after the buckets",
      source: "S3 user guide, using-iam-policies",
    },
    {
      actions: ["kms:PutKeyPolicy"],
      on: stack.all("aws:kms/key:Key").map(({ outputs }) => outputs.arn as string),
      why: "a key that nobody may change could never be changed again",
      source: "KMS developer guide, key-policy-default",
    },
  ],
};
