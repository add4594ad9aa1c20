import type { PolicyResource, StackValidationPolicy } from "@pulumi/policy";

type Resources = readonly Pick<PolicyResource, "type" | "name" | "urn" | "props">[];
type Report = (message: string, urn?: string) => void;
type Props = Record<string, unknown>;

const world = ["0.0.0.0/0", "::/0"];

/** A stack that means to open it to everyone says so by disabling this policy in the configuration that it gives the pack. */
const closedTestPort = policy(
  "test-port-is-closed",
  "The test listener's port admits nobody from everywhere.",
  (resources, report) => {
    const ports = testPorts(resources);
    for (const { urn, name, props } of of(resources, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")) {
      const {
        cidrIpv4,
        cidrIpv6,
        fromPort = 0,
        toPort = 65535,
      } = props as Props & { fromPort?: number; toPort?: number };
      if (!world.includes(String(cidrIpv4 ?? cidrIpv6))) continue;
      const open = ports.find((port) => fromPort <= port && port <= toPort);
      if (open !== undefined)
        report(`${name} opens the test port ${open} to everyone; list the CIDR blocks that need it`, urn);
    }
  },
);

/** A build's cache is no image: its tag moves, and nothing is deployed from it. */
const immutableTags = policy("image-tags-are-immutable", "An image's tag is never moved.", (resources, report) => {
  const caches = of(resources, "aws:codebuild/project:Project").flatMap(({ props }) =>
    ((props as ProjectProps).environment?.environmentVariables ?? [])
      .filter(({ name }) => name === "CACHE_REPOSITORY_URI")
      .map(({ value }) => value),
  );
  for (const { urn, name, props } of of(resources, "aws:ecr/repository:Repository")) {
    if (props.imageTagMutability === "IMMUTABLE" || caches.includes(String(props.repositoryUrl))) continue;
    report(`${name} lets tags be overwritten; set IMMUTABLE`, urn);
  }
});

interface ProjectProps {
  readonly environment?: { readonly environmentVariables?: readonly { name: string; value: string }[] };
}

const encryptedBuckets = policy(
  "buckets-are-encrypted",
  "Every bucket encrypts what is in it.",
  (resources, report) => {
    const type = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration";
    for (const { urn, name } of without(
      resources,
      type,
      (props) => Array.isArray(props.rules) && props.rules.length > 0,
    )) {
      report(`${name} has no server-side encryption configuration`, urn);
    }
  },
);

const privateBuckets = policy("buckets-are-private", "No bucket can be made public.", (resources, report) => {
  const blocks = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"];
  const type = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock";
  for (const { urn, name } of without(resources, type, (props) => blocks.every((block) => props[block] === true))) {
    report(`${name} does not block all public access`, urn);
  }
});

const noWildcardActions = policy(
  "no-wildcard-actions",
  "No role is allowed every action of a service.",
  (resources, report) => {
    for (const { urn, name, props } of of(resources, "aws:iam/rolePolicy:RolePolicy")) {
      const document = JSON.parse(String(props.policy)) as {
        Statement: { Effect: string; Action: string | string[] }[];
      };
      const allowed = document.Statement.filter(({ Effect }) => Effect === "Allow").flatMap(({ Action }) => Action);
      const wild = allowed.filter((action) => action.includes("*"));
      if (wild.length > 0) report(`${name} allows ${wild.join(", ")}; name the actions`, urn);
    }
  },
);

const logsEnd = policy("logs-have-retention", "No log is kept for ever.", (resources, report) => {
  for (const { urn, name, props } of of(resources, "aws:cloudwatch/logGroup:LogGroup")) {
    if (!props.retentionInDays) report(`${name} keeps its log for ever; set retentionInDays`, urn);
  }
});

const isProduction = ({ urn }: { readonly urn: string }) =>
  /^prod/.test(urn.split("::")[0]!.replace("urn:pulumi:", ""));

const protectedProduction = policy(
  "production-is-protected",
  "In a stack whose name begins with prod the load balancer cannot be deleted by accident.",
  (resources, report) => {
    for (const resource of of(resources, "aws:lb/loadBalancer:LoadBalancer")) {
      if (!isProduction(resource) || resource.props.enableDeletionProtection === true) continue;
      report(`${resource.name} has no deletion protection; set deletionProtection`, resource.urn);
    }
  },
);

const httpsProduction = policy(
  "production-speaks-https",
  "In a stack whose name begins with prod, or that is protected from deletion, users are served over HTTPS.",
  (resources, report) => {
    const arns = listenerArns(resources, "production");
    const balancers = of(resources, "aws:lb/loadBalancer:LoadBalancer");
    const isProtected = balancers.some(({ props }) => props.enableDeletionProtection === true);
    for (const listener of of(resources, "aws:lb/listener:Listener")) {
      if (!arns.includes(String(listener.props.arn)) || listener.props.protocol === "HTTPS") continue;
      if (isProduction(listener) || isProtected)
        report(`${listener.name} serves users over ${String(listener.props.protocol)}; set https`, listener.urn);
    }
  },
);

/** Advice: ECS Exec, which some want in production, needs a root file system that can be written. */
const readonlyProduction: StackValidationPolicy = {
  ...policy(
    "production-files-are-read-only",
    "In a stack whose name begins with prod the app's container cannot change its own files.",
    (resources, report) => {
      const services = of(resources, "aws:ecs/service:Service").map(({ props }) => props as ServiceProps);
      const names = services.flatMap(({ loadBalancers }) => loadBalancers.map(({ containerName }) => containerName));
      for (const resource of of(resources, "aws:ecs/taskDefinition:TaskDefinition").filter(isProduction)) {
        const containers = JSON.parse(String(resource.props.containerDefinitions)) as Container[];
        const open = containers.filter((it) => names.includes(it.name) && it.readonlyRootFilesystem !== true);
        for (const { name } of open)
          report(`${name} can change its own files; set container.readonlyRootFilesystem`, resource.urn);
      }
    },
  ),
  enforcementLevel: "advisory",
};

interface ServiceProps {
  readonly loadBalancers: readonly { readonly containerName: string }[];
}

interface Container {
  readonly name: string;
  readonly readonlyRootFilesystem?: boolean;
}

/** The project's own invariants, each on the whole stack. */
export const policies: readonly StackValidationPolicy[] = [
  closedTestPort,
  immutableTags,
  encryptedBuckets,
  privateBuckets,
  noWildcardActions,
  logsEnd,
  protectedProduction,
  httpsProduction,
  readonlyProduction,
];

function policy(
  name: string,
  description: string,
  validate: (resources: Resources, report: Report) => void,
): StackValidationPolicy {
  return {
    name,
    description,
    enforcementLevel: "mandatory",
    validateStack: ({ resources }, report) => validate(resources, report),
  };
}

function of(resources: Resources, type: string): Resources {
  return resources.filter((resource) => resource.type === type);
}

/** Buckets for which there is no companion of this type that is as it should be. */
function without(resources: Resources, type: string, isSound: (props: Props) => boolean): Resources {
  const sound = of(resources, type).filter(({ props }) => isSound(props as Props));
  const covered = new Set(sound.map(({ props }) => String(props.bucket)));
  return of(resources, "aws:s3/bucket:Bucket").filter(({ props }) => !covered.has(String(props.bucket)));
}

/** Ports of the listeners that are for test traffic alone; a header tells it on a listener that serves users as well. */
function testPorts(resources: Resources): number[] {
  const users = listenerArns(resources, "production");
  const arns = listenerArns(resources, "test").filter((arn) => !users.includes(arn));
  const listeners = of(resources, "aws:lb/listener:Listener").filter(({ props }) => arns.includes(String(props.arn)));
  return listeners.map(({ props }) => Number(props.port));
}

type Traffic = "production" | "test";

/** Listeners of this traffic: CodeDeploy's deployment groups name them, ECS's services name rules of theirs. */
function listenerArns(resources: Resources, traffic: Traffic): readonly string[] {
  const route = ({ production: "prodTrafficRoute", test: "testTrafficRoute" } as const)[traffic];
  const groups = of(resources, "aws:codedeploy/deploymentGroup:DeploymentGroup");
  const moved = groups.flatMap(
    ({ props }) => (props as DeploymentGroupProps).loadBalancerInfo?.targetGroupPairInfo?.[route]?.listenerArns ?? [],
  );
  const ruleArns = of(resources, "aws:ecs/service:Service").flatMap(({ props }) =>
    ((props as RoutedServiceProps).loadBalancers ?? []).flatMap(
      ({ advancedConfiguration: advanced }) => advanced?.[`${traffic}ListenerRule`] ?? [],
    ),
  );
  const rules = of(resources, "aws:lb/listenerRule:ListenerRule").filter(({ props }) =>
    ruleArns.includes(String(props.arn)),
  );
  return [...moved, ...rules.map(({ props }) => String(props.listenerArn))];
}

interface DeploymentGroupProps {
  readonly loadBalancerInfo?: {
    readonly targetGroupPairInfo?: {
      readonly [route in "prodTrafficRoute" | "testTrafficRoute"]?: { readonly listenerArns: readonly string[] };
    };
  };
}

interface RoutedServiceProps {
  readonly loadBalancers?: readonly {
    readonly advancedConfiguration?: { readonly [rule in `${Traffic}ListenerRule`]?: string };
  }[];
}
