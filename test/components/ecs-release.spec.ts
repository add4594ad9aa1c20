import assert from "node:assert/strict";
import { devGraph, type Graph, its, statements } from "../support/graph";

const functionType = "aws:lambda/function:Function";
const account = "eu-central-1:123456789012";

describe("the pipeline of a service that ECS deploys", () => {
  let graph: Graph;
  const arn = (type: string, name: string) => its(graph, type, name, "arn");

  before(async () => {
    graph = await devGraph({ controller: "ECS", alarmNames: ["slow"] });
  });

  it("deploys by a function, which is told the run and the artifacts", () => {
    const { stages, name } = graph.recorder.find("aws:codepipeline/pipeline:Pipeline").inputs;
    const [action] = (stages as { name: string; actions: Record<string, unknown>[] }[]).at(-1)!.actions;
    const { UserParameters, ...rest } = action!.configuration as Record<string, string>;
    assert.deepEqual(
      { ...action, configuration: rest },
      {
        name: "BlueGreen",
        category: "Invoke",
        owner: "AWS",
        provider: "Lambda",
        version: "1",
        inputArtifacts: ["ReleaseTemplate", "Image"],
        configuration: { FunctionName: its(graph, functionType, "-release", "name") },
      },
    );
    assert.deepEqual(JSON.parse(UserParameters!), {
      pipelineExecutionId: "#{codepipeline.PipelineExecutionId}",
      templateArtifact: "ReleaseTemplate",
      imageArtifact: "Image",
    });
    assert.equal(name, "greenlight-dev");
  });

  it("tells the function its own name, the cluster's and the service's", () => {
    const { environment, timeout } = graph.recorder.find(functionType, "-release").inputs;
    assert.deepEqual((environment as { variables: unknown }).variables, {
      PIPELINE_NAME: "greenlight-dev",
      CLUSTER_NAME: its(graph, "aws:ecs/cluster:Cluster", "", "name"),
      SERVICE_NAME: its(graph, "aws:ecs/service:Service", "", "name"),
    });
    assert.equal(timeout, 120);
  });

  it("may invoke that function, and no longer calls CodeDeploy", () => {
    const actions = statements(graph, "-pipeline").flatMap(({ Action }) => Action);
    assert.ok(!actions.some((action) => /^(codedeploy|ecs|iam):/.test(action)));
    const invoke = statements(graph, "-pipeline").find(({ Action }) => Action.includes("lambda:InvokeFunction"));
    assert.deepEqual(invoke!.Resource, [arn(functionType, "-release")]);
  });

  it("lets the function deploy this service and pass its four roles, and no others", () => {
    const service = arn("aws:ecs/service:Service", "");
    const artifacts = arn("aws:s3/bucket:Bucket", "-artifacts");
    const role = (name: string) => arn("aws:iam/role:Role", name);
    const allowed = statements(graph, "-release").map(({ Action, Resource }) => [Action, Resource]);
    assert.deepEqual(allowed.slice(1), [
      [["codepipeline:PutJobSuccessResult", "codepipeline:PutJobFailureResult"], ["*"]],
      [["s3:GetObject"], [`${artifacts}/*/ReleaseTem*/*`, `${artifacts}/*/Image/*`]],
      [["ecs:RegisterTaskDefinition"], [`arn:aws:ecs:${account}:task-definition/greenlight-dev:*`]],
      // In both of its forms.
      [
        ["ecs:TagResource"],
        ["", ":*"].map((revision) => `arn:aws:ecs:${account}:task-definition/greenlight-dev${revision}`),
      ],
      [["ecs:DescribeTaskDefinition"], ["*"]],
      [["ecs:DescribeServices", "ecs:UpdateService", "ecs:ListServiceDeployments"], [service]],
      [
        ["ecs:DescribeServiceDeployments", "ecs:StopServiceDeployment"],
        [service, `${service.replace(":service/", ":service-deployment/")}/*`],
      ],
      [["ecs:DescribeServiceRevisions"], [service, `${service.replace(":service/", ":service-revision/")}/*`]],
      [["iam:PassRole"], [role("-execution"), role("-task")]],
      [["iam:PassRole"], [role("-infrastructure"), role("-hook")]],
      [["cloudwatch:DescribeAlarms"], ["*"]],
      [["codepipeline:GetPipelineExecution"], [arn("aws:codepipeline/pipeline:Pipeline", "")]],
    ]);
  });

  it("tells the function when a run is stopped", () => {
    const rule = graph.recorder.find("aws:cloudwatch/eventRule:EventRule", "-stopped");
    assert.deepEqual(JSON.parse(String(rule.inputs.eventPattern)), {
      source: ["aws.codepipeline"],
      "detail-type": ["CodePipeline Pipeline Execution State Change"],
      detail: { pipeline: ["greenlight-dev"], state: ["STOPPING", "STOPPED"] },
    });
    const target = graph.recorder.find("aws:cloudwatch/eventTarget:EventTarget", "-stopped");
    assert.equal(target.inputs.arn, arn(functionType, "-release"));
    const permission = graph.recorder.find("aws:lambda/permission:Permission");
    assert.deepEqual(permission.inputs, {
      action: "lambda:InvokeFunction",
      function: its(graph, functionType, "-release", "name"),
      principal: "events.amazonaws.com",
      sourceArn: rule.outputs.arn,
    });
  });
});
