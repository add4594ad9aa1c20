import assert from "node:assert/strict";
import { BlueGreenEcsService, DeployPipeline, ImageRepository, Notifications } from "../../components";
import { evaluate } from "../../rehearsal/graph/evaluate";
import { type Graph, its } from "../support/graph";

const topicArn = "arn:aws:sns:eu-central-1:123456789012:releases";
const network = { vpcId: "vpc-1", publicSubnetIds: ["subnet-1", "subnet-2"], privateSubnetIds: ["subnet-3"] };

/** A service by each controller, whose notifications go to one topic, and of which the first names the Slack channel. */
function program(): Record<string, unknown> {
  for (const controller of ["ECS", "CODE_DEPLOY"] as const) {
    const name = controller === "ECS" ? "web" : "api";
    const slack = controller === "ECS" ? { slack: { workspaceId: "T01", channelId: "C01" } } : {};
    const notifications = new Notifications(name, { topicArn, ...slack });
    const repository = new ImageRepository(name);
    const repositoryArn = repository.repository.arn;
    const service = new BlueGreenEcsService(name, {
      ...{ network, image: "app:1", repositoryArn, controller, notifications },
    });
    new DeployPipeline(name, { service, repository, notifications, githubRepository: "example-org/shop" });
  }
  return {};
}

describe("a topic that two services share", () => {
  let graph: Graph;
  const inputs = (type: string) => graph.recorder.all(type).map((resource) => resource.inputs);

  before(async () => {
    graph = await evaluate({ project: "shop", stack: "prod" }, program);
  });

  it("is told of both, each by a rule and by its controller, and under names of their own", () => {
    const rules = inputs("aws:codestarnotifications/notificationRule:NotificationRule");
    const pipelines = ["web", "api"].map((name) => its(graph, "aws:codepipeline/pipeline:Pipeline", name, "arn"));
    assert.deepEqual(rules.map(({ resource }) => resource).sort(), pipelines.sort());
    for (const { targets } of rules) assert.deepEqual(targets, [{ type: "SNS", address: topicArn }]);
    const events = graph.recorder.all("aws:cloudwatch/eventTarget:EventTarget");
    const told = events.filter((target) => target.inputs.arn === topicArn).map(({ name }) => name);
    assert.deepEqual(told.sort(), ["web-approval", "web-rolled-back"]);
    const [group] = inputs("aws:codedeploy/deploymentGroup:DeploymentGroup");
    const triggers = group!.triggerConfigurations as { triggerTargetArn: string }[];
    assert.deepEqual(
      triggers.map(({ triggerTargetArn }) => triggerTargetArn),
      [topicArn],
    );
    const urns = graph.recorder.resources.map(({ urn }) => urn);
    assert.equal(new Set(urns).size, urns.length);
  });

  it("is refused, as Pulumi refuses it, when both name the Slack channel", async () => {
    const slack = { workspaceId: "T01", channelId: "C01" };
    const naming = (channels: readonly string[]) =>
      evaluate({ project: "shop", stack: "prod" }, () => {
        channels.forEach(
          (channelId, index) => new Notifications(`n${index}`, { topicArn, slack: { ...slack, channelId } }),
        );
        return {};
      });
    await naming(["C01", "C02"]);
    await assert.rejects(naming(["C01", "C01"]), /Duplicate resource URN '.*::slack-T01-C01'/);
  });

  it("keeps the channel's configuration of a stack from before the channel was in its names", () => {
    const { earlierNames, ignoreChanges } = graph.recorder.find(
      "aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration",
    );
    assert.deepEqual([earlierNames, ignoreChanges], [["web-releases"], ["configurationName"]]);
  });

  it("keeps its owner's policy, and reaches the channel once, which AWS takes once in an account", () => {
    assert.deepEqual(inputs("aws:sns/topicPolicy:TopicPolicy"), []);
    const channels = inputs("aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration");
    assert.deepEqual(
      channels.map(({ snsTopicArns }) => snsTopicArns),
      [[topicArn]],
    );
  });
});
