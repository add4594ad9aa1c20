import type { Actor } from "../actor";
import type { Stack } from "../stack";
import { artifact, artifactBucket, logStream, secretParameters } from "./things";

/** The app's own tests, and with them the code of every dependency. */
export const tests: Actor = {
  name: "CodeBuild, for the tests",
  does: "runs the app's tests, which run code of every dependency",
  service: "codebuild.amazonaws.com",
  role: "-tests",
  calls: (stack) => [
    {
      actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
      on: [logStream(stack, "-tests")],
      why: "writes the tests' log",
      source: "CodeBuild user guide, setting-up-service-role",
    },
    {
      actions: ["s3:GetObject", "s3:GetObjectVersion"],
      on: [artifact(stack, "Source")],
      why: "takes the commit",
      source: "CodeBuild user guide, setting-up-service-role",
    },
    {
      actions: ["s3:GetBucketAcl", "s3:GetBucketLocation"],
      on: [artifactBucket(stack)],
      why: "checks who owns the bucket",
      source: "CodeBuild user guide, setting-up-service-role",
    },
    {
      actions: ["codebuild:BatchPutTestCases", "codebuild:CreateReport", "codebuild:UpdateReport"],
      on: stack.all("aws:codebuild/reportGroup:ReportGroup").map(({ outputs }) => outputs.arn as string),
      why: "leaves the tests' reports",
      source: "CodeBuild user guide, test-permissions",
    },
    {
      actions: ["ssm:GetParameters"],
      on: hasSecretCommand(stack) ? secretParameters(stack) : [],
      why: "reads their secret command",
      source: "CodeBuild user guide, build-spec-ref",
    },
  ],
};

function hasSecretCommand(stack: Stack): boolean {
  return stack
    .all("aws:codebuild/project:Project")
    .some(({ inputs }) => JSON.stringify(inputs.environment).includes("PARAMETER_STORE"));
}
