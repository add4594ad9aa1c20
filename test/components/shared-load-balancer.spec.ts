import assert from "node:assert/strict";
import { devGraph, type Graph, its, refusal, statements } from "../support/graph";
import { existingNetwork } from "../support/existing-network";

const ruleType = "aws:lb/listenerRule:ListenerRule";
const listenerType = "aws:lb/listener:Listener";
const groupType = "aws:lb/targetGroup:TargetGroup";
const ingressType = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const egressType = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";
const prefix = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/web/50dc6c495c0c9188";
const production = `${prefix}/f2f7dc8efc522ab2`;
const test = `${prefix}/0467ef3c8400ae65`;
const ofLoadBalancer = "sg-50dc6c495c0c9188";
const shared = {
  productionListenerArn: production,
  testListenerArn: test,
  hosts: ["shop.example.com"],
  paths: ["/api/*"],
  priority: 200,
};
const https = { domainName: "shop.example.com" };
const checks = [{ path: "/api/health?deep=1" }];
const place = { ...existingNetwork, productionPort: 443, testPort: 8443, https, checks, sharedLoadBalancer: shared };

const conditions = [{ hostHeader: { values: ["shop.example.com"] } }, { pathPattern: { values: ["/api/*"] } }];

describe("a service behind a shared load balancer", () => {
  let graph: Graph;
  const arn = (type: string, name: string) => its(graph, type, name, "arn");

  before(async () => {
    graph = await devGraph(place);
  });

  it("makes no load balancer, listener, certificate or record, and reads those that are there", () => {
    const { recorder } = graph;
    const [loadBalancer, ...others] = recorder.all("aws:lb/loadBalancer:LoadBalancer");
    assert.deepEqual(others, []);
    assert.equal(loadBalancer!.id, prefix.replace(":listener/", ":loadbalancer/"));
    assert.deepEqual(
      recorder.all(listenerType).map(({ id, inputs }) => [id, inputs]),
      [
        [production, {}],
        [test, {}],
      ],
    );
    for (const type of ["aws:acm/certificate:Certificate", "aws:route53/record:Record"])
      assert.deepEqual(recorder.all(type), []);
  });

  it("has a rule of its own on each listener, for its host and path, on blue at first and then the releases'", () => {
    for (const [kind, listenerArn] of Object.entries({ "-production": production, "-test": test })) {
      const { inputs, ignoreChanges } = graph.recorder.find(ruleType, kind);
      const targetGroups = [
        { arn: arn(groupType, "-blue"), weight: 1 },
        { arn: arn(groupType, "-green"), weight: 0 },
      ];
      const actions = [{ type: "forward", forward: { targetGroups } }];
      assert.deepEqual(inputs, { listenerArn, priority: 200, conditions, actions });
      assert.deepEqual(ignoreChanges, ["actions"]);
    }
  });

  it("is made once its rules are there, since ECS refuses a target group without a listener", () => {
    const { dependencies } = graph.recorder.find("aws:ecs/service:Service");
    for (const kind of ["-production", "-test"])
      assert.ok(dependencies.includes(graph.recorder.find(ruleType, kind).urn));
  });

  it("is released on the shared listeners, by a role that may move its two rules and no listener", () => {
    const { loadBalancerInfo } = graph.recorder.find("aws:codedeploy/deploymentGroup:DeploymentGroup").inputs;
    const { prodTrafficRoute, testTrafficRoute } = (
      loadBalancerInfo as { targetGroupPairInfo: Record<string, unknown> }
    ).targetGroupPairInfo;
    assert.deepEqual([prodTrafficRoute, testTrafficRoute], [{ listenerArns: [production] }, { listenerArns: [test] }]);
    const modify = statements(graph, "-deploy").filter(({ Action }) => Action.some((it) => it.includes(":Modify")));
    assert.deepEqual(
      modify.map(({ Action, Resource }) => [Action, Resource]),
      [[["elasticloadbalancing:ModifyRule"], [arn(ruleType, "-production"), arn(ruleType, "-test")]]],
    );
  });

  it("has its green tested by its rule, under its name", () => {
    const { variables } = graph.recorder.find("aws:lambda/function:Function", "-test").inputs.environment as {
      variables: Record<string, string>;
    };
    assert.deepEqual(variables, {
      TEST_LISTENER_ARN: test,
      TEST_LISTENER_RULE_ARN: arn(ruleType, "-test"),
      HOST_HEADER: "shop.example.com",
    });
    const allowed = statements(graph, "-test").flatMap(({ Action }) => Action);
    assert.ok(allowed.includes("elasticloadbalancing:DescribeRules"));
  });

  it("opens the load balancer's security group to its tasks and from its test hook, and to nobody else", () => {
    const { recorder } = graph;
    const group = (name: string) => recorder.find("aws:ec2/securityGroup:SecurityGroup", name).id;
    const rules = [...recorder.all(ingressType), ...recorder.all(egressType)];
    const ofShared = rules.filter(({ inputs }) => inputs.securityGroupId === ofLoadBalancer);
    assert.deepEqual(
      ofShared.map(({ inputs: it }) => [it.referencedSecurityGroupId, it.fromPort, it.toPort]).sort(),
      [
        [group("-task"), 0, 65535],
        [group("-dev-test"), 8443, 8443],
      ].sort(),
    );
    const ofTasks = recorder.all(ingressType).filter(({ inputs }) => inputs.securityGroupId === group("-task"));
    assert.deepEqual(
      ofTasks.map(({ inputs }) => inputs.referencedSecurityGroupId),
      [ofLoadBalancer],
    );
  });

  it("tells the address of its own requests", () => {
    const { prodUrl, testUrl } = graph.outputs;
    assert.deepEqual([prodUrl, testUrl], ["https://shop.example.com/api/", "https://shop.example.com:8443/api/"]);
  });

  it("judges its alarms by the shared load balancer's metrics of its own target groups", async () => {
    const { recorder } = await devGraph({ ...place, alarms: {} });
    const dimensions = recorder.all("aws:cloudwatch/metricAlarm:MetricAlarm").map(({ inputs }) => {
      const queries = inputs.metricQueries as { metric?: { dimensions: Record<string, string> } }[];
      return queries.find(({ metric }) => metric)!.metric!.dimensions.LoadBalancer;
    });
    assert.deepEqual([...new Set(dimensions)], ["app/web/50dc6c495c0c9188"]);
  });
});

describe("a shared load balancer", () => {
  it("gets the certificate that is issued for the service's name, on both listeners, and the name's record", async () => {
    const graph = await devGraph({ ...place, https: { ...https, zoneId: "Z0123456789" } });
    const certificateArn = its(graph, "aws:acm/certificate:Certificate", "", "arn");
    assert.deepEqual(
      graph.recorder.all("aws:lb/listenerCertificate:ListenerCertificate").map(({ inputs }) => inputs),
      [
        { listenerArn: production, certificateArn },
        { listenerArn: test, certificateArn },
      ],
    );
    const records = graph.recorder.all("aws:route53/record:Record").map(({ inputs }) => inputs.type);
    assert.deepEqual(records.sort(), ["A", "CNAME"]);
  });

  it("serves ECS's own deployments by the same rules, and a header tells test traffic before users'", async () => {
    const testHeader = { name: "X-Test", value: "s3cret" };
    const sharedLoadBalancer = { ...shared, testListenerArn: undefined };
    const graph = await devGraph({ ...place, controller: "ECS", testHeader, sharedLoadBalancer });
    const header = { httpHeader: { httpHeaderName: "X-Test", values: ["s3cret"] } };
    assert.deepEqual(
      ["-test", "-production"].map((kind) => {
        const { listenerArn, priority, conditions: asked } = graph.recorder.find(ruleType, kind).inputs;
        return [listenerArn, priority, asked];
      }),
      [
        [production, 199, [...conditions, header]],
        [production, 200, conditions],
      ],
    );
    // The listener is other services', too.
    const changes = statements(graph, "-infrastructure").flatMap(({ Action }) => Action);
    assert.ok(!changes.includes("elasticloadbalancing:ModifyListener"));
  });

  it("over HTTP is called by the first host that is no pattern", async () => {
    const hosts = ["*.shop.example.com", "shop.example.com"];
    const graph = await devGraph({ ...existingNetwork, sharedLoadBalancer: { ...shared, hosts, paths: [] } });
    assert.equal(graph.outputs.prodUrl, "http://shop.example.com:8080");
  });

  for (const [title, change, paths] of [
    ["an ARN that is no listener's", { testListenerArn: "arn:aws:s3:::bucket" }, ["testListenerArn"]],
    ["no test listener", { testListenerArn: undefined }, ["testListenerArn"]],
    ["the production listener for both", { testListenerArn: production }, ["testListenerArn"]],
    [
      "listeners of two load balancers",
      { testListenerArn: test.replace("50dc6c495c0c9188", "60dc6c495c0c9188") },
      ["testListenerArn"],
    ],
    ["neither host nor path", { hosts: undefined, paths: undefined }, ["hosts"]],
    ["six values", { paths: ["/api/*", "/b", "/c", "/d", "/e"] }, ["hosts"]],
    ["hosts that are not the name's", { hosts: ["other.example.com"] }, ["hosts"]],
    ["a path that does not begin with /", { paths: ["/api/*", "/a b"] }, ["paths[1]"]],
    ["a host that is none", { hosts: ["shop.example.com", "a b"] }, ["hosts[1]"]],
    ["a priority beyond AWS's", { priority: 50_001 }, ["priority"]],
  ] as const) {
    it(`is refused with ${title}, before anything is registered`, async () => {
      const settings = { githubRepository: "a/b", ...place, sharedLoadBalancer: { ...shared, ...change } };
      const { paths: refused, registered } = await refusal(settings);
      assert.deepEqual(
        refused,
        paths.map((path) => `sharedLoadBalancer.${path}`),
      );
      assert.deepEqual(registered, []);
    });
  }

  it("is refused the first priority with a header, whose rule comes before", async () => {
    const sharedLoadBalancer = { ...shared, testListenerArn: undefined, priority: 1 };
    const ecs = { controller: "ECS", testHeader: { name: "X-Test", value: "s3cret" } } as const;
    const { paths } = await refusal({ githubRepository: "a/b", ...place, ...ecs, sharedLoadBalancer });
    assert.deepEqual(paths, ["sharedLoadBalancer.priority"]);
  });

  it("is refused a check of green that its rule would not let through", async () => {
    const { paths, error } = await refusal({ githubRepository: "a/b", ...place, checks: [...checks, { path: "/" }] });
    assert.deepEqual(paths, ["checks[1].path"]);
    assert.match(error!.message, /"\/" is not a path of the service's, which are \/api\/\*/);
  });

  it("leaves to its maker what is its maker's, and says all of it at once", async () => {
    const { paths, error } = await refusal({
      githubRepository: "a/b",
      ...place,
      https: { ...https, redirectPort: 80 },
      testCidrs: ["203.0.113.0/24"],
      loadBalancer: { idleTimeoutSeconds: 30, accessLogs: {} },
    });
    const expected = ["loadBalancer.idleTimeoutSeconds", "loadBalancer.accessLogs", "https.redirectPort", "testCidrs"];
    assert.deepEqual(paths, expected);
    assert.match(error!.message, /set it where the shared one is made/);
  });
});

describe("a service in a cluster that is there already", () => {
  const clusterArn = "arn:aws:ecs:eu-central-1:123456789012:cluster/web";

  it("makes none, and leaves its capacity providers to its owner", async () => {
    const capacityProviders = [{ name: "FARGATE_SPOT", weight: 1 }];
    const { recorder, outputs } = await devGraph({ clusterArn, capacityProviders });
    assert.deepEqual(
      recorder.all("aws:ecs/cluster:Cluster").map(({ id, inputs }) => [id, inputs]),
      [[clusterArn, {}]],
    );
    assert.deepEqual(recorder.all("aws:ecs/clusterCapacityProviders:ClusterCapacityProviders"), []);
    const { cluster, capacityProviderStrategies } = recorder.find("aws:ecs/service:Service").inputs;
    assert.deepEqual([cluster, outputs.clusterName], [clusterArn, "web"]);
    assert.deepEqual(capacityProviderStrategies, [{ capacityProvider: "FARGATE_SPOT", weight: 1, base: 0 }]);
  });

  it("is refused with an ARN that is no cluster's", async () => {
    const { paths } = await refusal({ githubRepository: "a/b", clusterArn: "web" });
    assert.deepEqual(paths, ["clusterArn"]);
  });
});
