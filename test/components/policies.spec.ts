import assert from "node:assert/strict";
import { devGraph, type Graph, its, statements } from "../support/graph";

const account = "eu-central-1:123456789012";

describe("the roles", () => {
  let graph: Graph;
  let role: (name: string) => string;

  before(async () => {
    graph = await devGraph();
    role = (name) => its(graph, "aws:iam/role:Role", name, "arn");
  });

  it("are each assumed by one AWS service, for what it tells that it is for, and by nobody else", () => {
    const application = its(graph, "aws:codedeploy/application:Application", "", "name");
    const trusted = graph.recorder.all("aws:iam/role:Role").map(({ name, inputs }) => {
      assert.deepEqual(Object.keys(inputs), ["assumeRolePolicy"]);
      const document = JSON.parse(inputs.assumeRolePolicy as string) as {
        Statement: { Principal: { Service: string }; Condition?: { ArnLike: { "aws:SourceArn": string } } }[];
      };
      const { Principal, Condition } = document.Statement[0]!;
      const conditions = Condition ? { Condition } : {};
      assert.deepEqual(document, {
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal, Action: "sts:AssumeRole", ...conditions }],
      });
      return [name, [Principal.Service, Condition?.ArnLike["aws:SourceArn"]]];
    });
    assert.deepEqual(Object.fromEntries(trusted), {
      "greenlight-dev-task": ["ecs-tasks.amazonaws.com", `arn:aws:ecs:${account}:*`],
      "greenlight-dev-execution": ["ecs-tasks.amazonaws.com", undefined],
      "greenlight-dev-deploy": [
        "codedeploy.amazonaws.com",
        `arn:aws:codedeploy:${account}:deploymentgroup:${application}/*`,
      ],
      "greenlight-dev-build": ["codebuild.amazonaws.com", `arn:aws:codebuild:${account}:project/*`],
      "greenlight-dev-pipeline": ["codepipeline.amazonaws.com", undefined],
      "greenlight-dev-start": ["events.amazonaws.com", its(graph, "aws:cloudwatch/eventRule:EventRule", "", "arn")],
      "greenlight-dev-test": ["lambda.amazonaws.com", undefined],
    });
  });

  it("never allow a wildcard action", () => {
    for (const { Action } of everyStatement(graph)) {
      assert.ok(Array.isArray(Action) && Action.length > 0);
      for (const action of Action) assert.match(action, /^[a-z0-9-]+:[A-Za-z]+$/);
    }
  });

  it("allow everything's resources only to actions that AWS knows no resource for", () => {
    const everywhere = everyStatement(graph).filter(
      ({ Effect, Resource }) => Effect === "Allow" && Resource.includes("*"),
    );
    assert.deepEqual([...new Set(everywhere.flatMap(({ Action }) => Action))].sort(), [
      "codedeploy:BatchGetDeploymentTargets",
      "codedeploy:ListDeploymentTargets",
      "codedeploy:PutLifecycleEventHookExecutionStatus",
      "ec2:AssignPrivateIpAddresses",
      "ec2:CreateNetworkInterface",
      "ec2:DeleteNetworkInterface",
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeSubnets",
      "ec2:UnassignPrivateIpAddresses",
      "ecr:GetAuthorizationToken",
      "elasticloadbalancing:DescribeListeners",
      "elasticloadbalancing:DescribeRules",
      "elasticloadbalancing:DescribeTargetGroups",
      "elasticloadbalancing:DescribeTargetHealth",
    ]);
  });

  it("pass the two roles of the task, to ECS only", () => {
    const services = {
      "-deploy": "ecs-tasks.amazonaws.com",
      "-pipeline": ["ecs.amazonaws.com", "ecs-tasks.amazonaws.com"],
    };
    for (const [name, service] of Object.entries(services)) {
      const passing = statements(graph, name).find(({ Action }) => Action.includes("iam:PassRole"));
      assert.deepEqual(passing, {
        Effect: "Allow",
        Action: ["iam:PassRole"],
        Resource: [role("-execution"), role("-task")],
        Condition: { StringEquals: { "iam:PassedToService": service } },
      });
    }
    assert.equal(everyStatement(graph).filter(({ Action }) => Action.includes("iam:PassRole")).length, 2);
  });

  it("give the app nothing", () => {
    assert.deepEqual(statements(graph, "-task"), []);
  });

  it("let ECS pull the image and write the log", () => {
    assert.deepEqual(allowed(graph, "-execution"), [
      [["ecr:GetAuthorizationToken"], ["*"]],
      [
        ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
        [its(graph, "aws:ecr/repository:Repository", "", "arn")],
      ],
      [["logs:CreateLogStream", "logs:PutLogEvents"], [logStreams(graph, "greenlight-dev")]],
    ]);
  });

  it("let CodeDeploy move this service, its two listeners and its hook", () => {
    const service = its(graph, "aws:ecs/service:Service", "", "arn");
    const listener = (name: string) => its(graph, "aws:lb/listener:Listener", name, "arn");
    assert.deepEqual(allowed(graph, "-deploy"), [
      [["ecs:DescribeServices", "ecs:UpdateServicePrimaryTaskSet"], [service]],
      [["ecs:CreateTaskSet", "ecs:DeleteTaskSet"], [`${service.replace(":service/", ":task-set/")}/*`]],
      [
        [
          "elasticloadbalancing:DescribeListeners",
          "elasticloadbalancing:DescribeRules",
          "elasticloadbalancing:DescribeTargetGroups",
        ],
        ["*"],
      ],
      [["elasticloadbalancing:ModifyListener"], [listener("-production"), listener("-test")]],
      [["iam:PassRole"], [role("-execution"), role("-task")]],
      [["lambda:InvokeFunction"], [its(graph, "aws:lambda/function:Function", "", "arn")]],
    ]);
  });

  it("let the build take the commit, push to the one repository and leave the image's digest", () => {
    assert.deepEqual(allowed(graph, "-build"), [
      [["logs:CreateLogStream", "logs:PutLogEvents"], [logStreams(graph, "-build")]],
      [["s3:GetObject", "s3:GetObjectVersion"], [`${bucket(graph, "-artifacts")}/*/Source/*`]],
      [["s3:PutObject"], [`${bucket(graph, "-artifacts")}/*/Image/*`]],
      [["s3:GetBucketAcl", "s3:GetBucketLocation"], [bucket(graph, "-artifacts")]],
      [["ecr:GetAuthorizationToken"], ["*"]],
      [
        [
          "ecr:BatchCheckLayerAvailability",
          "ecr:BatchGetImage",
          "ecr:CompleteLayerUpload",
          "ecr:DescribeImages",
          "ecr:InitiateLayerUpload",
          "ecr:PutImage",
          "ecr:UploadLayerPart",
        ],
        [its(graph, "aws:ecr/repository:Repository", "", "arn")],
      ],
    ]);
  });

  it("let the pipeline read its sources, build, and release this service", () => {
    const bucketActions = ["s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning"];
    const objectActions = ["s3:GetObject", "s3:GetObjectTagging", "s3:GetObjectVersion", "s3:GetObjectVersionTagging"];
    const applicationActions = ["GetApplication", "GetApplicationRevision", "RegisterApplicationRevision"];
    const group = its(graph, "aws:codedeploy/deploymentGroup:DeploymentGroup", "", "arn");
    assert.deepEqual(allowed(graph, "-pipeline"), [
      [
        ["codeconnections:UseConnection", "codestar-connections:UseConnection"],
        [its(graph, "aws:codeconnections/connection:Connection", "", "arn")],
      ],
      [
        ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:PutObjectTagging"],
        [`${bucket(graph, "-artifacts")}/*`],
      ],
      [bucketActions, [bucket(graph, "-artifacts")]],
      [objectActions, [`${bucket(graph, "-template")}/release-template.zip`]],
      [bucketActions, [bucket(graph, "-template")]],
      [["codebuild:BatchGetBuilds", "codebuild:StartBuild"], [its(graph, "aws:codebuild/project:Project", "", "arn")]],
      [["codedeploy:CreateDeployment", "codedeploy:GetDeployment"], [group]],
      [
        applicationActions.map((it) => `codedeploy:${it}`),
        [its(graph, "aws:codedeploy/application:Application", "", "arn")],
      ],
      [
        ["codedeploy:GetDeploymentConfig"],
        [`arn:aws:codedeploy:${account}:deploymentconfig:CodeDeployDefault.ECSAllAtOnce`],
      ],
      [["ecs:RegisterTaskDefinition"], [`arn:aws:ecs:${account}:task-definition/greenlight-dev:*`]],
      [["iam:PassRole"], [role("-execution"), role("-task")]],
    ]);
  });

  it("let EventBridge start the pipeline", () => {
    const pipeline = its(graph, "aws:codepipeline/pipeline:Pipeline", "", "arn");
    assert.deepEqual(allowed(graph, "-start"), [[["codepipeline:StartPipelineExecution"], [pipeline]]]);
  });

  it("let Lambda make the hook's network interfaces, which the hook's own code may not", () => {
    const [write, , interfaces, , own] = statements(graph, "-test");
    assert.deepEqual(write!.Resource, [logStreams(graph, "-test")]);
    const hook = its(graph, "aws:lambda/function:Function", "", "arn");
    assert.deepEqual(own, {
      Effect: "Deny",
      Action: interfaces!.Action,
      Resource: ["*"],
      Condition: { ArnEquals: { "lambda:SourceFunctionArn": hook } },
    });
  });
});

function everyStatement(graph: Graph) {
  return graph.recorder.all("aws:iam/role:Role").flatMap(({ name }) => statements(graph, name));
}

function allowed(graph: Graph, roleName: string) {
  const all = statements(graph, roleName);
  assert.ok(all.every(({ Effect }) => Effect === "Allow"));
  return all.map(({ Action, Resource }) => [Action, Resource]);
}

function bucket(graph: Graph, name: string): string {
  return its(graph, "aws:s3/bucket:Bucket", name, "arn");
}

function logStreams(graph: Graph, name: string): string {
  return `${its(graph, "aws:cloudwatch/logGroup:LogGroup", name, "arn")}:log-stream:*`;
}
