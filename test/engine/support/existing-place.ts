import type { Cloud, Thing } from "../cloud/cloud";
import type { Values } from "../cloud/values";

const ruleType = "aws:lb/listenerRule:ListenerRule";

/** A load balancer with two listeners and another service's rule, and a cluster, in a network: where a stack finds its place. */
export interface ExistingPlace {
  /** The production listener, then that for tests. */
  readonly listeners: readonly string[];
  /** The settings of a stack that lives there, for requests to a host. */
  readonly config: (host: string, priority: number) => Values;
}

export function existingPlace(cloud: Cloud): ExistingPlace {
  const make = (type: string, name: string, inputs: Values): Thing => cloud.create(type, name, inputs);
  const vpcId = make("aws:ec2/vpc:Vpc", "existing", { cidrBlock: "10.0.0.0/16" }).id;
  const subnetIds = [0, 1, 2, 3].map(
    (index) => make("aws:ec2/subnet:Subnet", "existing", { vpcId, cidrBlock: `10.0.${index}.0/24` }).id,
  );
  const securityGroup = make("aws:ec2/securityGroup:SecurityGroup", "web", { vpcId }).id;
  const subnets = subnetIds.slice(0, 2);
  const loadBalancer = make("aws:lb/loadBalancer:LoadBalancer", "web", { securityGroups: [securityGroup], subnets });
  const fixedResponse = { contentType: "text/plain", statusCode: "404" };
  const listeners = [8080, 8090].map((port) => {
    const inputs = { loadBalancerArn: loadBalancer.properties.arn, port, protocol: "HTTP" };
    const defaultActions = [{ type: "fixed-response", fixedResponse }];
    return make("aws:lb/listener:Listener", `web-${port}`, { ...inputs, defaultActions }).properties.arn as string;
  });
  make(ruleType, "first", {
    listenerArn: listeners[0],
    priority: 100,
    conditions: [{ hostHeader: { values: ["first.example.com"] } }],
    actions: [{ type: "fixed-response", fixedResponse }],
  });
  const clusterArn = make("aws:ecs/cluster:Cluster", "web", {}).properties.arn;
  const config = (host: string, priority: number) => ({
    "aws:region": "eu-central-1",
    "greenlight:githubRepository": "example-org/example-app",
    "greenlight:firstImage": `example-registry/app@sha256:${"a".repeat(64)}`,
    "greenlight:vpcId": vpcId,
    "greenlight:publicSubnetIds": subnetIds.slice(0, 2),
    "greenlight:privateSubnetIds": subnetIds.slice(2, 4),
    "greenlight:clusterArn": clusterArn,
    "greenlight:sharedLoadBalancer": {
      productionListenerArn: listeners[0],
      testListenerArn: listeners[1],
      hosts: [host],
      priority,
    },
  });
  return { config, listeners };
}

/** The target group that a listener sends requests to a host to, by the first rule that is for it; undefined for none. */
export function answering(cloud: Cloud, listenerArn: string, host: string): string | undefined {
  const rules = cloud.all(ruleType).map(({ properties }) => properties as unknown as ListenerRule);
  const [first] = rules
    .filter((rule) => rule.listenerArn === listenerArn && rule.conditions[0]!.hostHeader.values.includes(host))
    .sort((one, other) => one.priority - other.priority);
  const groups = first?.actions[0]!.forward?.targetGroups ?? [];
  return groups.find(({ weight }) => weight > 0)?.arn;
}

interface ListenerRule {
  readonly listenerArn: string;
  readonly priority: number;
  readonly conditions: readonly { readonly hostHeader: { readonly values: readonly string[] } }[];
  readonly actions: readonly {
    readonly forward?: { readonly targetGroups: readonly { readonly arn: string; readonly weight: number }[] };
  }[];
}
