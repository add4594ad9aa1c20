import assert from "node:assert/strict";
import { createNetwork, VpcEndpoints } from "../../components";
import { devGraph, type Graph, prodGraph, refusal, releaseTemplate, statements } from "../support/graph";

const given = {
  vpcId: "vpc-0123",
  publicSubnetIds: ["subnet-a", "subnet-b"],
  privateSubnetIds: ["subnet-c", "subnet-d", "subnet-e"],
};

const endpointType = "aws:ec2/vpcEndpoint:VpcEndpoint";

describe("the network", () => {
  it("is a new VPC over two availability zones with one NAT gateway, where none is given", async () => {
    const { recorder } = await devGraph();
    assert.deepEqual(recorder.find("awsx:ec2:Vpc").inputs, {
      numberOfAvailabilityZones: 2,
      availabilityZoneCidrMask: 19,
      natGateways: { strategy: "Single" },
      subnetStrategy: "Auto",
      enableDnsHostnames: true,
    });
  });

  it("is the given one, and then none is made", async () => {
    const graph = await devGraph(given);
    assert.deepEqual(graph.recorder.all("awsx:ec2:Vpc"), []);
    const inputs = (type: string, name = "") => graph.recorder.find(type, name).inputs;
    assert.deepEqual(inputs("aws:lb/loadBalancer:LoadBalancer").subnets, given.publicSubnetIds);
    for (const color of ["-blue", "-green"])
      assert.equal(inputs("aws:lb/targetGroup:TargetGroup", color).vpcId, given.vpcId);
    for (const { inputs: group } of graph.recorder.all("aws:ec2/securityGroup:SecurityGroup"))
      assert.equal(group.vpcId, given.vpcId);
    const { subnets } = inputs("aws:ecs/service:Service").networkConfiguration as { subnets: string[] };
    assert.deepEqual(subnets, given.privateSubnetIds);
    const { subnetIds } = inputs("aws:lambda/function:Function").vpcConfig as { subnetIds: string[] };
    assert.deepEqual(subnetIds, given.privateSubnetIds);
    assert.match(releaseTemplate(graph)["appspec.yaml"]!, /- subnet-c\n\s+- subnet-d\n\s+- subnet-e\n/);
  });

  it("has as many zones and NAT gateways as the stack says; in production three of each", async () => {
    const { recorder } = await devGraph({ natGateways: "perZone", availabilityZones: 3 });
    const { numberOfAvailabilityZones, natGateways, availabilityZoneCidrMask } = recorder.find("awsx:ec2:Vpc").inputs;
    assert.deepEqual([numberOfAvailabilityZones, natGateways], [3, { strategy: "OnePerAz" }]);
    // As with two zones: those that are there keep their addresses when one is added.
    assert.equal(availabilityZoneCidrMask, 19);
    assert.deepEqual(recorder.all(endpointType), []);
    const prod = (await prodGraph()).recorder.find("awsx:ec2:Vpc").inputs;
    assert.deepEqual([prod.numberOfAvailabilityZones, prod.natGateways], [3, { strategy: "OnePerAz" }]);
  });

  it("is refused over one zone, which no load balancer takes, and over more than there are", async () => {
    for (const availabilityZones of [1, 7, 2.5]) {
      const { paths, registered } = await refusal({}, () => {
        createNetwork("shop", { availabilityZones });
      });
      assert.deepEqual([paths, registered], [["availabilityZones"], []]);
    }
  });

  it("has as many addresses a zone as the stack says, if there is room for every zone", async () => {
    const { recorder } = await devGraph({ availabilityZones: 4, zoneCidrMask: 18 });
    assert.equal(recorder.find("awsx:ec2:Vpc").inputs.availabilityZoneCidrMask, 18);
    for (const [zoneCidrMask, expected] of [
      [16, /is 16; expected 17 to 25/],
      [26, /is 26; expected 17 to 25/],
      [17, /is 17, which leaves room for 2 zones, and availabilityZones is 3; expected 18 or more/],
    ] as const) {
      const { paths, error } = await refusal({ githubRepository: "a/b", availabilityZones: 3, zoneCidrMask });
      assert.deepEqual(paths, ["zoneCidrMask"]);
      assert.match(error!.message, expected);
    }
  });

  it("is refused with a subnet that is named twice", async () => {
    const twice = { publicSubnetIds: ["subnet-a", "subnet-a"], privateSubnetIds: ["subnet-c", "subnet-c"] };
    const { paths } = await refusal({ githubRepository: "a/b", ...given, ...twice });
    assert.deepEqual(paths, ["publicSubnetIds", "privateSubnetIds"]);
  });

  it("is refused half new and half given", async () => {
    const made = { natGateways: "none", availabilityZones: 3, zoneCidrMask: 18 };
    const refused = await refusal({ githubRepository: "a/b", ...given, ...made });
    assert.deepEqual(refused.paths, Object.keys(made));
    assert.deepEqual(refused.registered, []);
  });
});

describe("a network without NAT", () => {
  const secret = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop-AbCdEf";
  let graph: Graph;

  before(async () => {
    graph = await devGraph({ natGateways: "none", executeCommand: true, secrets: { TOKEN: secret } });
  });

  it("has an endpoint for each service that tasks and hook call, and no other", () => {
    const services = graph.recorder.all(endpointType).map(({ inputs }) => [inputs.serviceName, inputs.vpcEndpointType]);
    const named = (service: string, type = "Interface") => [`com.amazonaws.eu-central-1.${service}`, type];
    assert.deepEqual(services.sort(), [
      ...["codedeploy", "ec2", "ecr.api", "ecr.dkr", "elasticloadbalancing", "logs"].map((it) => named(it)),
      named("s3", "Gateway"),
      ...["secretsmanager", "ssmmessages"].map((it) => named(it)),
    ]);
    assert.deepEqual(graph.recorder.find("awsx:ec2:Vpc").inputs.natGateways, { strategy: "None" });
  });

  it("admits the tasks and the hook to them, and nobody else", () => {
    const { privateSubnetIds, routeTables } = graph.recorder.find("awsx:ec2:Vpc").outputs;
    const group = graph.recorder.find("aws:ec2/securityGroup:SecurityGroup", "-endpoints").id;
    const { subnetIds, securityGroupIds, privateDnsEnabled } = endpoint("-ecr-dkr");
    assert.deepEqual([subnetIds, securityGroupIds, privateDnsEnabled], [privateSubnetIds, [group], true]);
    assert.deepEqual(
      endpoint("-s3").routeTableIds,
      (routeTables as { id: string }[]).map(({ id }) => id),
    );
    const rules = graph.recorder.all("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule");
    const peers = rules.filter(({ inputs }) => inputs.securityGroupId === group).map(({ inputs }) => inputs);
    const id = (name: string) => graph.recorder.find("aws:ec2/securityGroup:SecurityGroup", name).id;
    assert.deepEqual(
      peers.map(({ referencedSecurityGroupId, fromPort, toPort }) => [referencedSecurityGroupId, fromPort, toPort]),
      [
        [id("dev-task"), 443, 443],
        [id("dev-test"), 443, 443],
      ],
    );
  });

  it("lets each role do through them exactly what its own policy allows", () => {
    const execution = statements(graph, "-execution");
    const arn = graph.recorder.find("aws:iam/role:Role", "-execution").outputs.arn;
    const through = execution.filter(({ Action }) => Action.join().startsWith("ecr:"));
    const wanted = through.map((statement) => ({
      ...statement,
      Principal: "*",
      Condition: { ArnEquals: { "aws:PrincipalArn": arn } },
    }));
    for (const name of ["-ecr-api", "-ecr-dkr"]) assert.deepEqual(policyOf(name), wanted);
    assert.deepEqual(policyOf("-secretsmanager")[0]!.Resource, [secret]);
    const hook = graph.recorder.find("aws:iam/role:Role", "-test").outputs.arn;
    assert.deepEqual(policyOf("-ec2"), [
      {
        Effect: "Allow",
        Principal: "*",
        Action: ["ec2:DescribeNetworkInterfaces"],
        Resource: ["*"],
        Condition: { ArnEquals: { "aws:PrincipalArn": hook } },
      },
    ]);
    assert.deepEqual(policyOf("-s3"), [
      {
        Effect: "Allow",
        Principal: "*",
        Action: ["s3:GetObject"],
        Resource: ["arn:aws:s3:::prod-eu-central-1-starport-layer-bucket/*"],
      },
    ]);
  });

  it("is refused images that only the internet has, each by its name", async () => {
    const refused = await refusal({
      githubRepository: "a/b",
      natGateways: "none",
      firstImage: "nginx:1",
      sidecars: [
        { name: "near", image: "123456789012.dkr.ecr.eu-central-1.amazonaws.com/near:1" },
        { name: "far", image: "public.ecr.aws/nginx/nginx:1" },
      ],
      logRouter: {},
      openTelemetry: {},
    });
    assert.deepEqual(refused.paths, ["firstImage", "sidecars[1].image", "logRouter.image", "openTelemetry.image"]);
    assert.deepEqual(refused.registered, []);
  });

  it("needs the route tables of a network that was not made here, and somebody who calls", async () => {
    const { paths, registered } = await refusal({}, () => {
      new VpcEndpoints("shop", { network: given, services: [] });
    });
    assert.deepEqual([paths, registered], [["network.routeTableIds", "services"], []]);
  });

  function endpoint(name: string): Readonly<Record<string, unknown>> {
    return graph.recorder.find(endpointType, name).inputs;
  }

  function policyOf(name: string) {
    return (JSON.parse(endpoint(name).policy as string) as { Statement: Record<string, unknown>[] }).Statement;
  }
});
