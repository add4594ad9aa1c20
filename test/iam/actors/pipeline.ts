import { type Actor, type Calls, each, stranger } from "../actor";
import { artifactsOf, pipelineOf, type Stack } from "../stack";
import {
  artifact,
  artifactBucket,
  bucketsOf,
  buildProjects,
  keysOf,
  logStream,
  readAlarms,
  repository,
  role,
  viaService,
} from "./things";

const guide = "CodePipeline user guide";
const bucketReads = ["s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning"];

/** The pipeline: reads its sources, starts the build, and starts the deployment. */
export const pipeline: Actor = {
  name: "CodePipeline",
  does: "reads the commit and the release template, starts the build, registers the task definition, starts the deployment",
  service: "codepipeline.amazonaws.com",
  role: "-pipeline",
  calls: (stack) => [
    {
      actions: ["codeconnections:UseConnection", "codestar-connections:UseConnection"],
      on: pipelineOf(stack).configured("CodeStarSourceConnection", "ConnectionArn"),
      why: "reads the commit; the service was renamed, and asks under either name",
      source: `${guide}, action-reference-CodestarConnectionSource`,
    },
    {
      actions: ["s3:GetObject", "s3:GetObjectTagging", "s3:GetObjectVersion", "s3:GetObjectVersionTagging"],
      on: templates(stack),
      why: "reads the release template",
      source: `${guide}, action-reference-S3`,
    },
    {
      actions: bucketReads,
      on: templates(stack).map((object) => object.split("/")[0]!),
      why: "finds the release template's newest version",
      source: `${guide}, action-reference-S3`,
    },
    {
      actions: ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:PutObjectTagging"],
      on: artifactsOf(stack).map((name) => artifact(stack, name)),
      why: "hands artifacts from stage to stage; with its tags, if the template has any (provider's default tags)",
      source: `${guide}, how-to-custom-role`,
    },
    {
      actions: bucketReads,
      on: [artifactBucket(stack)],
      why: "finds the artifact store",
      source: `${guide}, how-to-custom-role`,
    },
    {
      actions: ["codebuild:BatchGetBuilds", "codebuild:StartBuild"],
      on: buildProjects(stack),
      why: "runs the tests, builds the image",
      source: `${guide}, action-reference-CodeBuild`,
    },
    {
      actions: ["sns:Publish"],
      on: pipelineOf(stack).configured("Manual", "NotificationArn"),
      why: "tells that a person is waited for",
      source: `${guide}, approvals-service-role-permissions`,
    },
    ...publishingKey(stack, viaService("sns")),
    {
      actions: ["cloudwatch:DescribeAlarms"],
      on: readAlarms(stack, pipelineOf(stack).rules("CloudWatchAlarm", "AlarmName")),
      why: "lets no run into a stage while an alarm fires",
      source: `${guide}, rule-reference-CloudWatchAlarm`,
    },
    ...promotion(stack),
    ...billsOfMaterials(stack),
    ...(stack.hasCodeDeploy ? deployment(stack) : invocation(stack)),
  ],
  never: (stack) => [
    ...each(released(stack)).map(({ action, resource, context }) => ({
      actions: [action],
      on: [resource],
      context: otherwise(context),
      why: "only what the stack before has released, and only from S3",
      source: "S3 user guide, amazon-s3-policy-keys",
    })),
    ...publishingKey(stack, {}),
    ...sayingUnderKey(stack, viaService("secretsmanager")),
    {
      actions: ["iam:PassRole"],
      on: [role(stack, "-task"), role(stack, "-execution")],
      context: { "iam:PassedToService": "lambda.amazonaws.com" },
      why: "the tasks' roles are for ECS",
      source: "IAM user guide, id_roles_use_passrole",
    },
  ],
};

/** Tags that the app's own task definition may have. */
function tagging(stack: Stack) {
  const revision = stack.arn("aws:ecs/taskDefinition:TaskDefinition").replace(/:\d+$/, ":42");
  return {
    actions: ["ecs:TagResource"],
    on: [revision],
    context: { "ecs:CreateAction": "RegisterTaskDefinition" },
    why: "registers the app's own task definition with its tags",
    source: "aws/aws-cdk#25768 and #29400",
  };
}

// Source of all: CodePipeline user guide, action-reference-ECSbluegreen.
function deployment(stack: Stack) {
  const source = `${guide}, action-reference-ECSbluegreen`;
  const [name] = pipelineOf(stack).configured("CodeDeployToECS", "DeploymentGroupName");
  const group = stack
    .all("aws:codedeploy/deploymentGroup:DeploymentGroup")
    .find(({ outputs }) => outputs.deploymentGroupName === name)!;
  const { arn, appName, deploymentConfigName } = group.outputs as Record<string, string>;
  return [
    {
      actions: ["codedeploy:CreateDeployment", "codedeploy:GetDeployment"],
      on: [arn!],
      why: "starts the deployment and follows it",
      source,
    },
    {
      actions: [
        "codedeploy:GetApplication",
        "codedeploy:GetApplicationRevision",
        "codedeploy:RegisterApplicationRevision",
      ],
      on: [stack.local("codedeploy", `application:${appName}`)],
      why: "registers the AppSpec as a revision",
      source,
    },
    {
      actions: ["codedeploy:GetDeploymentConfig"],
      on: [stack.local("codedeploy", `deploymentconfig:${deploymentConfigName}`)],
      why: "reads how traffic shifts",
      source,
    },
    {
      actions: ["ecs:RegisterTaskDefinition"],
      on: [stack.arn("aws:ecs/taskDefinition:TaskDefinition").replace(/:\d+$/, ":42")],
      why: "registers the revision with the new image",
      source,
    },
    ...(stack.graph.config["greenlight:templateInRepository"] === "true" ? [tagging(stack)] : []),
    ...["ecs.amazonaws.com", "ecs-tasks.amazonaws.com"].map((service) => ({
      actions: ["iam:PassRole"],
      on: [role(stack, "-task"), role(stack, "-execution")],
      context: { "iam:PassedToService": service },
      why: "registers a task definition that names both roles",
      source,
    })),
  ];
}

// Source of all: CodePipeline user guide, action-reference-Lambda and actions-invoke-lambda-function.
function invocation(stack: Stack) {
  const source = `${guide}, action-reference-Lambda`;
  const why = "lets a function start ECS's deployment and follow it";
  return [
    { actions: ["lambda:InvokeFunction"], on: stack.functions("-release"), why, source },
    { actions: ["lambda:ListFunctions"], on: ["*"], why, source },
  ];
}

/** The same call in the name of another service, or on a bucket that has become somebody else's. */
function otherwise(context: Readonly<Record<string, string>>): Record<string, string> {
  if (context["kms:ViaService"]) return viaService("secretsmanager");
  return { "aws:ResourceAccount": stranger };
}

/** What is said for the stacks after this one, and read of the stack before. */
function promotion(stack: Stack): Calls[] {
  const source = `${guide}, action-reference-S3Deploy`;
  return [
    ...released(stack),
    ...bucketsOf(stack, "-released").flatMap((bucket) => [
      { actions: ["s3:PutObject"], on: [`${bucket}/released.zip`], why: "says what was released", source },
      { actions: bucketReads, on: [bucket], why: "finds where to say it", source },
    ]),
    ...sayingUnderKey(stack, viaService("s3")),
  ];
}

/** What Inspector's action calls with the pipeline's role, and where its bill of materials is kept. */
function billsOfMaterials(stack: Stack): Calls[] {
  const source = `${guide}, action-reference-InspectorScan`;
  const why = "looks into the image";
  return bucketsOf(stack, "-sbom").flatMap((bucket) => [
    { actions: ["inspector-scan:ScanSbom"], on: ["*"], why: "looks up what is known of the image's packages", source },
    {
      actions: ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
      on: [repository(stack)],
      why,
      source,
    },
    {
      actions: ["ecr:GetAuthorizationToken"],
      on: ["*"],
      why,
      source: "aws-cdk, aws-codepipeline-actions/lib/inspector/ecr-image-scan-action.ts; not on AWS's page",
    },
    {
      actions: ["logs:CreateLogGroup"],
      on: [stack.arn("aws:cloudwatch/logGroup:LogGroup", "-sbom")],
      why: "asks for its log, which is there",
      source: `${guide}, action-reference-Commands`,
    },
    {
      actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
      on: [logStream(stack, "-sbom")],
      why: "logs how that goes",
      source: `${guide}, action-reference-Commands`,
    },
    {
      actions: ["s3:PutObject"],
      on: [`${bucket}/0123456789abcdef0123456789abcdef01234567/sbom.json`],
      why: "keeps the bill of materials under its commit",
      source: `${guide}, action-reference-S3Deploy`,
    },
    {
      actions: bucketReads,
      on: [bucket],
      why: "finds where to keep it",
      source: `${guide}, action-reference-S3Deploy`,
    },
  ]);
}

function sayingUnderKey(stack: Stack, context: Readonly<Record<string, string>>): Calls[] {
  return pipelineOf(stack)
    .configured("S3", "KMSEncryptionKeyARN")
    .map((key) => ({
      actions: ["kms:Decrypt", "kms:GenerateDataKey"],
      on: [key],
      context,
      why: "says it under the key that others can be given",
      source: "S3 user guide, UsingKMSEncryption",
    }));
}

function publishingKey(stack: Stack, context: Readonly<Record<string, string>>): Calls[] {
  const topics = pipelineOf(stack).configured("Manual", "NotificationArn");
  return topics.map((topic) => ({
    actions: ["kms:Decrypt", "kms:GenerateDataKey"],
    on: keysOf(stack, topic, "deployApproval"),
    context,
    why: "tells it to an encrypted topic",
    source: "SNS developer guide, sns-key-management",
  }));
}

function released(stack: Stack): Calls[] {
  const { promoteFrom } = stack;
  if (!promoteFrom) return [];
  const source = `${guide}, action-reference-S3`;
  const context = { "aws:ResourceAccount": promoteFrom.keyArn.split(":")[4]! };
  const bucket = `arn:aws:s3:::${promoteFrom.bucket}`;
  return [
    {
      actions: ["s3:GetObject", "s3:GetObjectTagging", "s3:GetObjectVersion", "s3:GetObjectVersionTagging"],
      on: [`${bucket}/released.zip`],
      context,
      why: "reads what the stack before has released",
      source,
    },
    { actions: bucketReads, on: [bucket], context, why: "finds its newest version", source },
    {
      actions: ["kms:Decrypt"],
      on: [promoteFrom.keyArn],
      context: viaService("s3"),
      why: "reads what is under the other stack's key",
      source: "KMS developer guide, key-policy-modifying-external-accounts",
    },
  ];
}

function templates(stack: Stack): string[] {
  return stack
    .all("aws:s3/bucketObjectv2:BucketObjectv2")
    .map(({ outputs }) => `arn:aws:s3:::${String(outputs.bucket)}/${String(outputs.key)}`);
}
