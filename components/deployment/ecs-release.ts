import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { alarmStatements } from "./alarm-arn";
import { tagStatement } from "./code-deploy-statements";
import type { DeployStep, DeployStepArgs, ReleasedService } from "./deployment-controller";
import { bundleEcsRelease } from "../hook-bundle";
import { artifactObjects, imageArtifact } from "../pipeline/artifacts";
import { grant, serviceRole, type Statement } from "../policy";
import { siblingArn } from "../sibling-arn";
import { returnedArn } from "../arn";

export interface EcsReleaseArgs extends DeployStepArgs, ReleasedService {
  /** Roles that the service's update names: ECS's own, for the load balancer and for the hooks. */
  readonly ecsRoleArns: readonly pulumi.Input<string>[];
}

/** Each call looks at a deployment once; CodePipeline calls again. Its own limit is 20 minutes a call. */
const timeoutSeconds = 120;

/**
 * The pipeline's deploy step for a service that ECS deploys: a Lambda function that starts the deployment and follows it,
 * call by call, to its end. CodePipeline's own action for ECS gives up after an hour, and takes no task definition of ours.
 *
 * CodePipeline follows a Lambda action for 24 hours at most. Source: CodePipeline user guide, limits, "Action timeout".
 */
export class EcsRelease extends pulumi.ComponentResource implements DeployStep {
  readonly function: aws.lambda.Function;
  readonly role: aws.iam.Role;
  readonly action: DeployStep["action"];
  readonly statements: readonly Statement[];
  /** The function asks whether the run that it deploys for has been stopped, so it is told the pipeline's name beforehand. */
  readonly pipelineName: string;

  constructor(
    private readonly name: string,
    args: EcsReleaseArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("greenlight:index:EcsRelease", name, {}, opts);
    const parent = { parent: this };
    this.pipelineName = name;
    const logGroup = new aws.cloudwatch.LogGroup(`${name}-release`, { retentionInDays: args.logRetentionDays }, parent);
    this.role = serviceRole(`${name}-release`, { service: "lambda.amazonaws.com" }, [], parent);
    const granted = grant(`${name}-release`, this.role, functionStatements(args, logGroup), parent);
    this.function = new aws.lambda.Function(
      `${name}-release`,
      {
        description: "Deploys each release to ECS, and tells the pipeline how it goes",
        role: this.role.arn,
        runtime: "nodejs22.x",
        architectures: ["arm64"],
        handler: "index.handler",
        code: new pulumi.asset.AssetArchive({ "index.js": new pulumi.asset.StringAsset(bundleEcsRelease()) }),
        timeout: timeoutSeconds,
        memorySize: 256,
        environment: {
          variables: {
            PIPELINE_NAME: this.pipelineName,
            CLUSTER_NAME: args.cluster.name,
            SERVICE_NAME: args.service.name,
          },
        },
        loggingConfig: { logFormat: "Text", logGroup: logGroup.name },
      },
      { parent: this, dependsOn: [granted] },
    );
    // Source: CodePipeline user guide, action-reference-Lambda.
    this.action = {
      name: "BlueGreen",
      category: "Invoke",
      owner: "AWS",
      provider: "Lambda",
      version: "1",
      inputArtifacts: [args.templateArtifact, imageArtifact],
      configuration: {
        FunctionName: this.function.name,
        UserParameters: JSON.stringify({
          pipelineExecutionId: "#{codepipeline.PipelineExecutionId}",
          templateArtifact: args.templateArtifact,
          imageArtifact,
        }),
      },
    };
    this.statements = [
      { actions: ["lambda:InvokeFunction"], resources: [this.function.arn] },
      // A list belongs to no function. Source: CodePipeline user guide, actions-invoke-lambda-function.
      { actions: ["lambda:ListFunctions"], resources: ["*"] },
    ];
    this.registerOutputs();
  }

  /** A run that is stopped takes its deployment with it, also when CodePipeline calls the function no more. */
  attach(pipeline: aws.codepipeline.Pipeline): void {
    const name = `${this.name}-stopped`;
    const parent = { parent: this };
    grant(name, this.role, [{ actions: ["codepipeline:GetPipelineExecution"], resources: [pipeline.arn] }], parent);
    // Source: CodePipeline user guide, detect-state-changes-cloudwatch-events.
    const rule = new aws.cloudwatch.EventRule(
      name,
      {
        description: "A run that is stopped stops its deployment",
        eventPattern: pulumi.jsonStringify({
          source: ["aws.codepipeline"],
          "detail-type": ["CodePipeline Pipeline Execution State Change"],
          detail: { pipeline: [pipeline.name], state: ["STOPPING", "STOPPED"] },
        }),
      },
      parent,
    );
    const permission = new aws.lambda.Permission(
      name,
      {
        action: "lambda:InvokeFunction",
        function: this.function.name,
        principal: "events.amazonaws.com",
        sourceArn: rule.arn,
      },
      parent,
    );
    new aws.cloudwatch.EventTarget(
      name,
      { rule: rule.name, arn: this.function.arn },
      { parent: this, dependsOn: [permission] },
    );
  }
}

// Source: service authorization reference, Amazon ECS, CodePipeline and CloudWatch.
function functionStatements(args: EcsReleaseArgs, logGroup: aws.cloudwatch.LogGroup): Statement[] {
  const { service, artifacts, alarms } = args;
  const ofService = (kind: string) =>
    service.arn.apply((arn) => `${returnedArn(arn).replace(":service/", `:${kind}/`)}/*`);
  const revisions = siblingArn(service.arn, "ecs", `task-definition/${args.taskFamily}:*`);
  return [
    {
      actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
      resources: [pulumi.interpolate`${logGroup.arn}:log-stream:*`],
    },
    // A job has no ARN.
    { actions: ["codepipeline:PutJobSuccessResult", "codepipeline:PutJobFailureResult"], resources: ["*"] },
    {
      actions: ["s3:GetObject"],
      resources: artifactObjects(artifacts.bucket.arn, [args.templateArtifact, imageArtifact]),
    },
    { actions: ["ecs:RegisterTaskDefinition"], resources: [revisions] },
    tagStatement(service.arn, args.taskFamily),
    // A description of a task definition has no resource level.
    { actions: ["ecs:DescribeTaskDefinition"], resources: ["*"] },
    { actions: ["ecs:DescribeServices", "ecs:UpdateService", "ecs:ListServiceDeployments"], resources: [service.arn] },
    {
      // AWS asks for the service besides. Source: service authorization reference, Amazon ECS.
      actions: ["ecs:DescribeServiceDeployments", "ecs:StopServiceDeployment"],
      resources: [service.arn, ofService("service-deployment")],
    },
    { actions: ["ecs:DescribeServiceRevisions"], resources: [service.arn, ofService("service-revision")] },
    {
      actions: ["iam:PassRole"],
      resources: [args.executionRole.arn, args.taskRole.arn],
      conditions: { StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } },
    },
    {
      actions: ["iam:PassRole"],
      resources: args.ecsRoleArns,
      conditions: { StringEquals: { "iam:PassedToService": "ecs.amazonaws.com" } },
    },
    ...alarmStatements(service.arn, alarms),
  ];
}
