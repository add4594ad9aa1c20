import assert from "node:assert/strict";
import { devGraph, type Graph, its, refusal, releaseTemplate, statements } from "../support/graph";

const serviceType = "aws:ecs/service:Service";
const ruleType = "aws:lb/listenerRule:ListenerRule";
const ecs = { controller: "ECS" };

describe("a service that ECS deploys", () => {
  let graph: Graph;
  const arn = (type: string, name: string) => its(graph, type, name, "arn");
  const group = (color: string) => arn("aws:lb/targetGroup:TargetGroup", color);
  const role = (name: string) => arn("aws:iam/role:Role", name);

  before(async () => {
    graph = await devGraph(ecs);
  });

  it("has no CodeDeploy", () => {
    const types = graph.recorder.resources.map(({ type }) => type);
    assert.deepEqual(
      types.filter((type) => type.includes("codedeploy")),
      [],
    );
  });

  it("is born on blue, with the rules and the role by which ECS moves its traffic", () => {
    const { inputs } = graph.recorder.find(serviceType);
    assert.deepEqual(inputs.deploymentController, { type: "ECS" });
    assert.deepEqual(inputs.deploymentConfiguration, { strategy: "BLUE_GREEN", bakeTimeInMinutes: "0" });
    assert.deepEqual([inputs.deploymentMaximumPercent, inputs.deploymentMinimumHealthyPercent], [200, 100]);
    assert.deepEqual(inputs.loadBalancers, [
      {
        targetGroupArn: group("-blue"),
        containerName: "greenlight-dev",
        containerPort: 3000,
        advancedConfiguration: {
          alternateTargetGroupArn: group("-green"),
          productionListenerRule: arn(ruleType, "-production"),
          testListenerRule: arn(ruleType, "-test"),
          roleArn: role("-infrastructure"),
        },
      },
    ]);
  });

  it("comes after what ECS may do with the load balancer", () => {
    const { dependencies } = graph.recorder.find(serviceType);
    const policy = graph.recorder.find("aws:iam/rolePolicy:RolePolicy", "-infrastructure");
    assert.ok(dependencies.includes(policy.urn));
  });

  it("leaves to the releases all that a change of would be a deployment", () => {
    assert.deepEqual(graph.recorder.find(serviceType).ignoreChanges, [
      "taskDefinition",
      "loadBalancers",
      "networkConfiguration",
      "platformVersion",
      "capacityProviderStrategies",
      "launchType",
      "healthCheckGracePeriodSeconds",
      "deploymentMaximumPercent",
      "deploymentMinimumHealthyPercent",
      "deploymentConfiguration",
      "deploymentCircuitBreaker",
      "alarms",
    ]);
  });

  it("has a rule for all of each listener's traffic, on blue at first and then ECS's own", () => {
    for (const kind of ["-production", "-test"]) {
      const { inputs, ignoreChanges } = graph.recorder.find(ruleType, kind);
      assert.deepEqual(inputs, {
        listenerArn: arn("aws:lb/listener:Listener", kind),
        priority: 50_000,
        conditions: [{ pathPattern: { values: ["*"] } }],
        actions: [
          {
            type: "forward",
            forward: {
              targetGroups: [
                { arn: group("-blue"), weight: 1 },
                { arn: group("-green"), weight: 0 },
              ],
            },
          },
        ],
      });
      assert.deepEqual(ignoreChanges, ["actions"]);
    }
  });

  it("lets ECS change these two rules, their listeners and these two groups' targets, and nothing else", () => {
    const { assumeRolePolicy } = graph.recorder.find("aws:iam/role:Role", "-infrastructure").inputs;
    assert.match(String(assumeRolePolicy), /"Service":"ecs\.amazonaws\.com"/);
    const [read, targets, rules, listeners, ...others] = statements(graph, "-infrastructure");
    assert.ok(read!.Action.every((action) => action.startsWith("elasticloadbalancing:Describe")));
    assert.deepEqual(targets!.Resource, [group("-blue"), group("-green")]);
    assert.deepEqual(rules!.Action, ["elasticloadbalancing:ModifyRule"]);
    assert.deepEqual(rules!.Resource, [arn(ruleType, "-production"), arn(ruleType, "-test")]);
    assert.deepEqual(listeners!.Action, ["elasticloadbalancing:ModifyListener"]);
    const listenerType = "aws:lb/listener:Listener";
    assert.deepEqual(listeners!.Resource, [arn(listenerType, "-production"), arn(listenerType, "-test")]);
    assert.deepEqual(others, []);
  });

  it("lets ECS invoke the test hook, which may look at this service's revisions", () => {
    const hook = arn("aws:lambda/function:Function", "-dev-test");
    assert.deepEqual(statements(graph, "-hook"), [
      { Effect: "Allow", Action: ["lambda:InvokeFunction"], Resource: [hook] },
    ]);
    const asked = statements(graph, "-dev-test").find(({ Action }) => Action.includes("ecs:DescribeServiceRevisions"));
    const service = arn(serviceType, "");
    assert.deepEqual(asked!.Resource, [service, `${service.replace(":service/", ":service-revision/")}/*`]);
  });

  it("names the first of its bad combinations with CodeDeploy, and the way out", async () => {
    const testHeader = { name: "X-Test", value: "yes" };
    const { error, registered } = await refusal({
      githubRepository: "a/b",
      deploymentCircuitBreaker: true,
      testHeader,
    });
    assert.match(error!.message, /testHeader: needs listener rules.* set controller to ECS/);
    assert.match(error!.message, /deploymentCircuitBreaker: is ECS's.*set controller to ECS/);
    assert.deepEqual(registered, []);
  });

  it("has an endpoint of ECS in a network without NAT, through which the hook looks at this service's revisions and nothing else", async () => {
    const image = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/app:1";
    const closed = await devGraph({ ...ecs, natGateways: "none", firstImage: image });
    const { serviceName, policy } = closed.recorder.find("aws:ec2/vpcEndpoint:VpcEndpoint", "-ecs").inputs;
    assert.equal(serviceName, "com.amazonaws.eu-central-1.ecs");
    const { Statement } = JSON.parse(String(policy)) as { Statement: { Action: string[] }[] };
    assert.deepEqual(
      Statement.map(({ Action }) => Action),
      [["ecs:DescribeServiceRevisions"]],
    );
    const types = closed.recorder.all("aws:ec2/vpcEndpoint:VpcEndpoint").map(({ name }) => name);
    assert.ok(!types.some((name) => name.includes("codedeploy")));
  });

  it("refuses waits beyond ECS's and the pipeline's, CodeDeploy's configurations, and too small steps, all at once", async () => {
    const { paths } = await refusal({
      githubRepository: "a/b",
      ...ecs,
      terminationWaitMinutes: 1441,
      waitMinutes: 1321,
      linear: { percent: 2, minutes: 1441 },
      deploymentConfigName: "CodeDeployDefault.ECSCanary10Percent5Minutes",
    });
    const expected = ["linear.percent", "linear.minutes", "deploymentConfigName", "waitMinutes"];
    for (const path of [...expected, "terminationWaitMinutes"]) assert.ok(paths.includes(path), path);
    const long = { githubRepository: "a/b", ...ecs, waitMinutes: 700, terminationWaitMinutes: 700 };
    assert.match((await refusal(long)).error!.message, /terminationWaitMinutes: .* come to 1400 minutes/);
  });
});

describe("service.json", () => {
  const serviceUpdate = async (settings = {}) => {
    const files = releaseTemplate(await devGraph({ ...ecs, ...settings }));
    return JSON.parse(files["service.json"]!) as { deploymentConfiguration: Record<string, unknown> };
  };

  it("stands in the release template beside taskdef.json, with all that UpdateService takes", async () => {
    const graph = await devGraph(ecs);
    assert.deepEqual(Object.keys(releaseTemplate(graph)), ["taskdef.json", "service.json"]);
    const arn = (type: string, name: string) => its(graph, type, name, "arn");
    const { loadBalancers } = graph.recorder.find(serviceType).inputs;
    const { id } = graph.recorder.find("aws:ec2/securityGroup:SecurityGroup", "-task");
    assert.deepEqual(await serviceUpdate(), {
      cluster: its(graph, "aws:ecs/cluster:Cluster", "", "name"),
      service: its(graph, serviceType, "", "name"),
      taskDefinition: "<TASK_DEFINITION>",
      networkConfiguration: {
        awsvpcConfiguration: {
          subnets: graph.recorder.find("awsx:ec2:Vpc").outputs.privateSubnetIds,
          securityGroups: [id],
          assignPublicIp: "DISABLED",
        },
      },
      platformVersion: "LATEST",
      capacityProviderStrategy: [],
      healthCheckGracePeriodSeconds: 60,
      loadBalancers,
      deploymentConfiguration: {
        strategy: "BLUE_GREEN",
        maximumPercent: 200,
        minimumHealthyPercent: 100,
        bakeTimeInMinutes: 5,
        lifecycleHooks: [
          {
            targetType: "AWS_LAMBDA",
            hookTargetArn: arn("aws:lambda/function:Function", "-dev-test"),
            roleArn: arn("aws:iam/role:Role", "-hook"),
            lifecycleStages: ["POST_TEST_TRAFFIC_SHIFT"],
          },
        ],
        alarms: { alarmNames: [], enable: false, rollback: false },
        deploymentCircuitBreaker: { enable: true, rollback: true },
      },
    });
  });

  it("shifts traffic as the stack says", async () => {
    const canary = await serviceUpdate({ canary: { percent: 10, minutes: 7 } });
    assert.equal(canary.deploymentConfiguration.strategy, "CANARY");
    const canaryConfiguration = { canaryPercent: 10, canaryBakeTimeInMinutes: 7 };
    assert.deepEqual(canary.deploymentConfiguration.canaryConfiguration, canaryConfiguration);
    const linear = await serviceUpdate({ linear: { percent: 25, minutes: 2 } });
    assert.equal(linear.deploymentConfiguration.strategy, "LINEAR");
    const linearConfiguration = { stepPercent: 25, stepBakeTimeInMinutes: 2 };
    assert.deepEqual(linear.deploymentConfiguration.linearConfiguration, linearConfiguration);
  });

  it("waits for a person beside the test, and rolls back without one, where the stack asks for approval", async () => {
    const { deploymentConfiguration } = await serviceUpdate({ trafficShift: "approval", waitMinutes: 90 });
    const [, pause] = deploymentConfiguration.lifecycleHooks as unknown[];
    assert.deepEqual(pause, {
      targetType: "PAUSE",
      lifecycleStages: ["POST_TEST_TRAFFIC_SHIFT"],
      timeoutConfiguration: { timeoutInMinutes: 90, action: "ROLLBACK" },
    });
  });

  it("names the alarms, capacity providers and bake time, and says what is off", async () => {
    const update = await serviceUpdate({
      alarmNames: ["slow", "5xx"],
      capacityProviders: [{ name: "FARGATE_SPOT", weight: 1 }],
      terminationWaitMinutes: 1,
      deploymentCircuitBreaker: false,
    });
    const { alarms, bakeTimeInMinutes, deploymentCircuitBreaker } = update.deploymentConfiguration;
    assert.deepEqual(alarms, { alarmNames: ["slow", "5xx"], enable: true, rollback: true });
    assert.equal(bakeTimeInMinutes, 1);
    assert.deepEqual(deploymentCircuitBreaker, { enable: false, rollback: false });
    assert.deepEqual((update as Record<string, unknown>).capacityProviderStrategy, [
      { capacityProvider: "FARGATE_SPOT", weight: 1, base: 0 },
    ]);
  });
});

describe("a test header", () => {
  const testHeader = { name: "X-Greenlight-Test", value: "a-secret-word" };

  it("takes the place of the test listener and its port", async () => {
    const graph = await devGraph({ ...ecs, testHeader });
    const listeners = graph.recorder.all("aws:lb/listener:Listener").map(({ inputs }) => inputs.port);
    assert.deepEqual(listeners, [8080]);
    const { inputs } = graph.recorder.find(ruleType, "-test");
    assert.equal(inputs.listenerArn, its(graph, "aws:lb/listener:Listener", "-production", "arn"));
    assert.equal(inputs.priority, 100);
    const values = [testHeader.value];
    assert.deepEqual(inputs.conditions, [{ httpHeader: { httpHeaderName: testHeader.name, values } }]);
    assert.equal(graph.outputs.testUrl, graph.outputs.prodUrl);
  });

  it("lets the hook reach the production port, with the header from the secret parameter in each check", async () => {
    const graph = await devGraph({ ...ecs, testHeader });
    const ingress = graph.recorder.find("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "-dev-test");
    assert.deepEqual([ingress.inputs.fromPort, ingress.inputs.toPort], [8080, 8080]);
    const { value } = graph.recorder.find("aws:ssm/parameter:Parameter").inputs;
    assert.deepEqual(JSON.parse(value as string), { testHeader });
  });

  it("is refused if a rule cannot tell it, and beside CIDRs of the test port", async () => {
    const { paths } = await refusal({
      githubRepository: "a/b",
      ...ecs,
      testHeader: { name: "Host", value: "*" },
      testCidrs: ["203.0.113.0/24"],
    });
    assert.deepEqual(paths, ["testHeader.name", "testHeader.value", "testCidrs"]);
  });
});
