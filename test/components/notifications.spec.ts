import assert from "node:assert/strict";
import { devGraph, type Graph, its, refusal, statements } from "../support/graph";
import { existingNetwork } from "../support/existing-network";

const ruleType = "aws:codestarnotifications/notificationRule:NotificationRule";
const groupType = "aws:codedeploy/deploymentGroup:DeploymentGroup";
const given = "arn:aws:sns:eu-central-1:123456789012:releases";
const keyArn = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555";
const fromHere = { StringEquals: { "aws:SourceAccount": "123456789012" } };
const publisher = { Service: "codestar-notifications.amazonaws.com" };

const policyOf = (graph: Graph, type: string) =>
  (JSON.parse(graph.recorder.find(type).inputs.policy as string) as { Statement: unknown[] }).Statement;

/** Whether EventBridge's pattern takes the event. Source: EventBridge user guide, eb-create-pattern-operators. */
function matches(pattern: unknown, value: unknown): boolean {
  if (!Array.isArray(pattern))
    return Object.entries(pattern as object).every(([name, wanted]) =>
      matches(wanted, (value as Record<string, unknown>)[name]),
    );
  const is = (wanted: string | { prefix: string }, one: unknown) =>
    typeof wanted === "string" ? one === wanted : String(one).startsWith(wanted.prefix);
  return [value].flat().some((one) => (pattern as (string | { prefix: string })[]).some((wanted) => is(wanted, one)));
}

describe("notifications", () => {
  let graph: Graph;

  before(async () => {
    graph = await devGraph({ notifications: { slack: { workspaceId: "T01", channelId: "C01" } } });
  });

  it("are not made unless the stack asks for them", async () => {
    const { recorder } = await devGraph();
    for (const type of [ruleType, "aws:sns/topic:Topic", "aws:kms/key:Key"]) assert.deepEqual(recorder.all(type), []);
    assert.equal(recorder.find(groupType).inputs.triggerConfigurations, undefined);
  });

  it("tell a topic of the pipeline's runs and approvals", () => {
    const { inputs } = graph.recorder.find(ruleType);
    assert.deepEqual(inputs, {
      detailType: "FULL",
      eventTypeIds: [
        "codepipeline-pipeline-pipeline-execution-started",
        "codepipeline-pipeline-pipeline-execution-succeeded",
        "codepipeline-pipeline-pipeline-execution-failed",
        "codepipeline-pipeline-manual-approval-needed",
      ],
      resource: its(graph, "aws:codepipeline/pipeline:Pipeline", "", "arn"),
      targets: [{ type: "SNS", address: its(graph, "aws:sns/topic:Topic", "", "arn") }],
    });
  });

  it("tell it of deployments that are rolled back, stopped, or wait for a person; CodeDeploy may publish nowhere else", () => {
    const topic = its(graph, "aws:sns/topic:Topic", "", "arn");
    assert.deepEqual(graph.recorder.find(groupType).inputs.triggerConfigurations, [
      {
        triggerName: "releases",
        triggerEvents: ["DeploymentRollback", "DeploymentStop", "DeploymentReady"],
        triggerTargetArn: topic,
      },
    ]);
    const granted = statements(graph, "-deploy").filter(({ Action }) => /sns|kms/.test(Action.join()));
    assert.deepEqual(granted, [
      { Effect: "Allow", Action: ["sns:Publish"], Resource: [topic] },
      {
        Effect: "Allow",
        Action: ["kms:Decrypt", "kms:GenerateDataKey"],
        Resource: [its(graph, "aws:kms/key:Key", "", "arn")],
        Condition: { StringEquals: { "kms:ViaService": "sns.eu-central-1.amazonaws.com" } },
      },
    ]);
  });

  it("are encrypted with a key that the notifying service may use, for this account alone", () => {
    const topic = graph.recorder.find("aws:sns/topic:Topic");
    assert.equal(topic.inputs.kmsMasterKeyId, its(graph, "aws:kms/key:Key", "", "arn"));
    assert.equal(graph.recorder.find("aws:kms/key:Key").inputs.enableKeyRotation, true);
    assert.equal(
      graph.recorder.find("aws:kms/keyPolicy:KeyPolicy").inputs.keyId,
      its(graph, "aws:kms/key:Key", "", "keyId"),
    );
    const [, use, ...others] = policyOf(graph, "aws:kms/keyPolicy:KeyPolicy");
    assert.deepEqual(use, {
      Sid: "Notifications",
      Effect: "Allow",
      Principal: publisher,
      Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
      Resource: "*",
      Condition: fromHere,
    });
    assert.deepEqual(others, []);
    assert.deepEqual(policyOf(graph, "aws:sns/topicPolicy:TopicPolicy"), [
      {
        Sid: "Notifications",
        Effect: "Allow",
        Principal: publisher,
        Action: "sns:Publish",
        Resource: topic.outputs.arn,
        Condition: fromHere,
      },
    ]);
  });

  it("reach a Slack channel, from which nothing can be done", () => {
    assert.deepEqual(graph.recorder.find("aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration").inputs, {
      configurationName: "greenlight-dev-releases-C01",
      slackTeamId: "T01",
      slackChannelId: "C01",
      iamRoleArn: its(graph, "aws:iam/role:Role", "-slack", "arn"),
      guardrailPolicyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
      snsTopicArns: [its(graph, "aws:sns/topic:Topic", "", "arn")],
    });
    assert.deepEqual(statements(graph, "-slack"), []);
  });

  it("go to a topic that is there already, and make none then", async () => {
    const { recorder } = await devGraph({ notifications: { topicArn: given, events: ["failed"] } });
    assert.deepEqual(recorder.all("aws:sns/topic:Topic"), []);
    const { eventTypeIds, targets } = recorder.find(ruleType).inputs;
    assert.deepEqual(eventTypeIds, ["codepipeline-pipeline-pipeline-execution-failed"]);
    assert.deepEqual(targets, [{ type: "SNS", address: given }]);
    assert.deepEqual(recorder.find(groupType).inputs.triggerConfigurations, []);
  });

  it("go to one that is encrypted with a key of its owner's, which CodeDeploy then uses for it", async () => {
    const owned = await devGraph({ notifications: { topicArn: given, keyArn } });
    const [, key] = statements(owned, "-deploy").filter(({ Action }) => /sns|kms/.test(Action.join()));
    assert.deepEqual([key!.Action, key!.Resource], [["kms:Decrypt", "kms:GenerateDataKey"], [keyArn]]);
    const { paths } = await refusal({ githubRepository: "a/b", notifications: { keyArn } });
    assert.deepEqual(paths, ["notifications.keyArn"]);
  });

  it("let no service publish where a role alone does", async () => {
    const rolledBack = await devGraph({ notifications: { events: ["rolledBack"] } });
    assert.deepEqual(rolledBack.recorder.all("aws:sns/topicPolicy:TopicPolicy"), []);
    assert.equal(policyOf(rolledBack, "aws:kms/keyPolicy:KeyPolicy").length, 1);
  });

  it("are refused of events that there are not", async () => {
    const { paths } = await refusal({ githubRepository: "a/b", notifications: { events: ["paused"], topicArn: "x" } });
    assert.deepEqual(paths.sort(), ["notifications.events[0]", "notifications.topicArn"]);
  });
});

describe("notifications of a service that ECS deploys", () => {
  const rule = "aws:cloudwatch/eventRule:EventRule";
  const target = "aws:cloudwatch/eventTarget:EventTarget";
  const ecs = { controller: "ECS" };
  let graph: Graph;

  before(async () => {
    graph = await devGraph({ ...ecs, notifications: {} });
  });

  const eventsOf = (name: string) => {
    const { eventPattern } = graph.recorder.find(rule, name).inputs as { eventPattern: string };
    const { detail, ...which } = JSON.parse(eventPattern) as { detail: { eventName: string[] } };
    const service = its(graph, "aws:ecs/service:Service", "", "arn");
    assert.deepEqual(which, {
      source: ["aws.ecs"],
      "detail-type": ["ECS Deployment State Change", "ECS Hook State Change"],
      resources: [service, { prefix: `${service.replace(":service/", ":service-deployment/")}/` }],
    });
    assert.deepEqual(Object.keys(detail), ["eventName"]);
    return detail.eventName;
  };

  it("tell the topic of this service's deployments that fail, that a hook or a person refuses, or that wait for a person", () => {
    assert.deepEqual(eventsOf("-rolled-back"), ["SERVICE_DEPLOYMENT_FAILED", "HOOK_FAILED", "HOOK_TIMED_OUT"]);
    assert.deepEqual(eventsOf("-approval"), ["HOOK_AWAITING_ACTION"]);
    for (const name of ["-rolled-back", "-approval"])
      assert.deepEqual(graph.recorder.find(target, name).inputs, {
        rule: its(graph, rule, name, "name"),
        arn: its(graph, "aws:sns/topic:Topic", "", "arn"),
      });
  });

  // The events are those of the two pages' examples, of this service and of one whose name begins like its.
  it("are chosen by what AWS's examples of these events say, and are never of another service", () => {
    const service = its(graph, "aws:ecs/service:Service", "", "arn");
    const failed = (arn: string) => ({
      "detail-type": "ECS Deployment State Change",
      resources: [arn],
      detail: { eventType: "ERROR", eventName: "SERVICE_DEPLOYMENT_FAILED", deploymentId: "ecs-svc/123" },
    });
    const hook = (arn: string, eventName: string) => ({
      "detail-type": "ECS Hook State Change",
      resources: [`${arn.replace(":service/", ":service-deployment/")}/0EYSiB0qap8xf0N76FsbE`],
      detail: { eventType: "INFO", eventName, hookType: "PAUSE", lifecycleStage: "POST_TEST_TRAFFIC_SHIFT" },
    });
    const told = (name: string, event: object) =>
      matches(JSON.parse(graph.recorder.find(rule, name).inputs.eventPattern as string), {
        source: "aws.ecs",
        ...event,
      });
    assert.ok(told("-rolled-back", failed(service)));
    assert.ok(told("-rolled-back", hook(service, "HOOK_FAILED")));
    assert.ok(told("-approval", hook(service, "HOOK_AWAITING_ACTION")));
    assert.ok(!told("-rolled-back", hook(service, "HOOK_SUCCEEDED")));
    assert.ok(!told("-approval", hook(service, "HOOK_IN_PROGRESS")));
    assert.ok(!told("-rolled-back", failed(`${service}-2`)));
    assert.ok(!told("-approval", hook(`${service}-2`, "HOOK_AWAITING_ACTION")));
  });

  it("are published by these rules and the pipeline's, and by no other", () => {
    const [pipeline, deployments, ...others] = policyOf(graph, "aws:sns/topicPolicy:TopicPolicy");
    assert.deepEqual((pipeline as { Principal: unknown }).Principal, publisher);
    assert.deepEqual(deployments, {
      Sid: "EventRules",
      Effect: "Allow",
      Principal: { Service: "events.amazonaws.com" },
      Action: "sns:Publish",
      Resource: its(graph, "aws:sns/topic:Topic", "", "arn"),
      Condition: {
        ArnEquals: { "aws:SourceArn": ["-rolled-back", "-approval"].map((name) => its(graph, rule, name, "arn")) },
      },
    });
    assert.deepEqual(others, []);
    assert.deepEqual(policyOf(graph, "aws:kms/keyPolicy:KeyPolicy").at(-1), {
      Sid: "EventRules",
      Effect: "Allow",
      Principal: { Service: "events.amazonaws.com" },
      Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
      Resource: "*",
    });
  });

  it("are of the events that the stack chooses, and let nobody publish who tells none of them", async () => {
    const publishers = (chosen: Graph) =>
      policyOf(chosen, "aws:sns/topicPolicy:TopicPolicy").map((it) => (it as { Sid: string }).Sid);
    const approval = await devGraph({ ...ecs, notifications: { events: ["approval"] } });
    assert.ok(!approval.recorder.all(rule).some(({ name }) => name.endsWith("-rolled-back")));
    assert.deepEqual(publishers(approval), ["Notifications", "EventRules"]);
    const rolledBack = await devGraph({ ...ecs, notifications: { events: ["rolledBack"] } });
    assert.deepEqual(rolledBack.recorder.all(ruleType), []);
    assert.deepEqual(publishers(rolledBack), ["EventRules"]);
    const started = await devGraph({ ...ecs, notifications: { events: ["started"] } });
    assert.deepEqual(publishers(started), ["Notifications"]);
  });

  it("go to a topic that is there already, whose policy is its owner's", async () => {
    const { recorder } = await devGraph({ ...ecs, notifications: { topicArn: given } });
    for (const name of ["-rolled-back", "-approval"]) assert.equal(recorder.find(target, name).inputs.arn, given);
    for (const type of ["aws:sns/topicPolicy:TopicPolicy", "aws:kms/keyPolicy:KeyPolicy"])
      assert.deepEqual(recorder.all(type), []);
  });
});

describe("notifications of a service that speaks HTTPS", () => {
  const rule = "aws:cloudwatch/eventRule:EventRule";
  const https = { domainName: "app.example.com", zoneId: "Z0123456789" };

  // The three events are of this shape in AWS's examples.
  it("tell the topic of its certificate's end, and of no other certificate's", async () => {
    const graph = await devGraph({ https, notifications: {} });
    const certificate = its(graph, "aws:acm/certificate:Certificate", "", "arn");
    const { eventPattern } = graph.recorder.find(rule, "-certificate").inputs as { eventPattern: string };
    const told = (kind: string, arn: string) =>
      matches(JSON.parse(eventPattern), {
        source: "aws.acm",
        "detail-type": `ACM Certificate ${kind}`,
        resources: [arn],
        detail: { DaysToExpiry: 31, CommonName: "app.example.com" },
      });
    for (const kind of ["Approaching Expiration", "Renewal Action Required", "Expired"])
      assert.ok(told(kind, certificate), kind);
    assert.ok(!told("Available", certificate));
    assert.ok(!told("Expired", `${certificate}-2`));
    assert.deepEqual(graph.recorder.find("aws:cloudwatch/eventTarget:EventTarget", "-certificate").inputs, {
      rule: its(graph, rule, "-certificate", "name"),
      arn: its(graph, "aws:sns/topic:Topic", "", "arn"),
    });
    const [, rules] = policyOf(graph, "aws:sns/topicPolicy:TopicPolicy") as { Condition: unknown }[];
    assert.deepEqual(rules!.Condition, { ArnEquals: { "aws:SourceArn": [its(graph, rule, "-certificate", "arn")] } });
  });

  it("say nothing of a certificate that is the shared listeners' own", async () => {
    const prefix = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/web/50dc6c495c0c9188";
    const sharedLoadBalancer = {
      productionListenerArn: `${prefix}/f2f7dc8efc522ab2`,
      testListenerArn: `${prefix}/0467ef3c8400ae65`,
      hosts: [https.domainName],
      priority: 7,
    };
    const shared = { domainName: https.domainName };
    const { recorder } = await devGraph({ ...existingNetwork, https: shared, sharedLoadBalancer, notifications: {} });
    assert.ok(!recorder.all(rule).some(({ name }) => name.endsWith("-certificate")));
  });
});
