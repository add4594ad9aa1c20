import { account, region } from "../../rehearsal/graph/aws-outputs";
import { Recorder } from "../../rehearsal/graph/recorder";
import { type Graph, type GraphResource, its } from "../support/graph";

export interface Statement {
  readonly Sid?: string;
  readonly Effect: "Allow" | "Deny";
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Principal?: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

export interface Policy {
  readonly Version: string;
  readonly Statement: readonly Statement[];
}

/** A policy of the graph, with where it is from. */
export interface NamedPolicy {
  readonly name: string;
  readonly policy: Policy;
}

const roleType = "aws:iam/role:Role";

/** A recorded graph as IAM sees it: who may do what, and the ARNs of what there is. */
export class Stack {
  /** Every policy that belongs to a resource, by that resource's ARN; a role's is whom it trusts. */
  readonly resourcePolicies: ReadonlyMap<string, NamedPolicy>;
  /** The policies of the endpoints of a network without NAT, by the service that each leads to. */
  readonly endpointPolicies: ReadonlyMap<string, NamedPolicy>;
  private readonly read = new Map<GraphResource, readonly NamedPolicy[]>();

  constructor(
    readonly name: string,
    readonly graph: Graph,
  ) {
    const kept = [
      ...this.all("aws:s3/bucketPolicy:BucketPolicy").map((it) => [
        it,
        `arn:aws:s3:::${String(it.outputs.bucket)}`,
        "policy",
      ]),
      ...this.all("aws:sns/topicPolicy:TopicPolicy").map((it) => [it, it.outputs.arn, "policy"]),
      ...this.all("aws:ecr/repositoryPolicy:RepositoryPolicy").map((it) => [it, this.repositoryArn(it), "policy"]),
      ...this.all("aws:cloudwatch/eventBusPolicy:EventBusPolicy").map((it) => [it, this.busArn(it), "policy"]),
      ...this.all("aws:kms/key:Key").flatMap((it) => (it.inputs.policy ? [[it, it.outputs.arn, "policy"]] : [])),
      ...this.all("aws:kms/keyPolicy:KeyPolicy").map((it) => [it, this.keyArn(it), "policy"]),
      ...this.all(roleType).map((it) => [it, it.outputs.arn, "assumeRolePolicy"]),
    ] as [GraphResource, string, string][];
    this.resourcePolicies = new Map([
      ...kept.map(([{ name, outputs }, arn, key]): [string, NamedPolicy] => [
        arn,
        { name, policy: parsed(outputs[key]) },
      ]),
      ...this.all("aws:lambda/permission:Permission").map((it) => this.permission(it)),
    ]);
    this.endpointPolicies = new Map(
      this.all("aws:ec2/vpcEndpoint:VpcEndpoint").map(({ name, inputs }) => [
        String(inputs.serviceName).replace(`com.amazonaws.${region}.`, ""),
        { name, policy: parsed(inputs.policy) },
      ]),
    );
  }

  private repositoryArn({ inputs }: GraphResource): unknown {
    const all = this.all("aws:ecr/repository:Repository");
    return all.find(({ outputs }) => outputs.name === inputs.repository)?.outputs.arn;
  }

  private keyArn({ inputs }: GraphResource): unknown {
    return this.all("aws:kms/key:Key").find(({ outputs }) => outputs.keyId === inputs.keyId)?.outputs.arn;
  }

  private busArn({ inputs }: GraphResource): unknown {
    const all = this.all("aws:cloudwatch/eventBus:EventBus");
    return all.find(({ outputs }) => outputs.name === inputs.eventBusName)?.outputs.arn;
  }

  /** A permission on a function, as the policy that Lambda makes of it. Source: Lambda API, AddPermission. */
  private permission({ name, inputs }: GraphResource): [string, NamedPolicy] {
    const { action, principal, sourceArn } = inputs as Readonly<Record<string, string>>;
    const on = this.all("aws:lambda/function:Function").find(({ outputs }) => outputs.name === inputs.function);
    const arn = on!.outputs.arn as string;
    const statement: Statement = {
      Effect: "Allow",
      Principal: { Service: principal },
      Action: action!,
      Resource: arn,
      ...(sourceArn ? { Condition: { ArnLike: { "AWS:SourceArn": sourceArn } } } : {}),
    };
    return [arn, { name, policy: { Version: "2012-10-17", Statement: [statement] } }];
  }

  /** ARNs of the functions whose names end so. */
  functions(suffix: string): string[] {
    const all = this.all("aws:lambda/function:Function").filter(({ name }) => name.endsWith(suffix));
    return all.map(({ outputs }) => outputs.arn as string);
  }

  /** Alarms that a release is watched by: those made here, and those that the stack names. */
  get alarmNames(): string[] {
    const made = this.all("aws:cloudwatch/metricAlarm:MetricAlarm").map(({ outputs }) => outputs.name as string);
    return [...made, ...(JSON.parse(this.graph.config["greenlight:alarmNames"] ?? "[]") as string[])];
  }

  /** The stack that this one promotes from. */
  get promoteFrom() {
    const all = this.all("aws:codebuild/project:Project").map(({ inputs }) => inputs.environment);
    const variables = all.flatMap(
      (it) => (it as { environmentVariables: { name: string; value: string }[] }).environmentVariables,
    );
    const repositoryUri = variables.find(({ name }) => name === "SOURCE_REPOSITORY_URI")?.value;
    if (repositoryUri === undefined) return undefined;
    const { bucket, keyArn } = JSON.parse(this.graph.config["greenlight:promoteFrom"]!) as {
      bucket: string;
      keyArn: string;
    };
    return { repositoryUri, bucket, keyArn };
  }

  /** Whether CodeDeploy releases the service, and not ECS itself. */
  get hasCodeDeploy(): boolean {
    return this.has("aws:codedeploy/deploymentGroup:DeploymentGroup");
  }

  /** ARN of the one resource of a type whose name ends so. */
  arn(type: string, name = ""): string {
    return its(this.graph, type, name, "arn");
  }

  all(type: string): GraphResource[] {
    return this.graph.recorder.all(type);
  }

  has(type: string): boolean {
    return this.all(type).length > 0;
  }

  /** An ARN of this account and region. */
  local(service: string, resource: string): string {
    return `arn:aws:${service}:${region}:${this.account}:${resource}`;
  }

  get account(): string {
    return (this.roles[0]!.outputs.arn as string).split(":")[4]!;
  }

  /** This stack as it would be in another account; `then` is done to what is written of further accounts. */
  inAccount(other: string, then: (text: string) => string): Stack {
    const { recorder } = this.graph;
    const text = then(JSON.stringify(recorder.resources).replaceAll(account, other));
    const moved = Object.assign(Object.create(Recorder.prototype) as Recorder, {
      resources: JSON.parse(text) as GraphResource[],
    });
    return new Stack(`${this.name} in ${other}`, { ...this.graph, recorder: moved });
  }

  get roles(): readonly GraphResource[] {
    return this.all(roleType);
  }

  role(suffix: string): GraphResource | undefined {
    return this.roles.find(({ name }) => name.endsWith(suffix));
  }

  /** What a role is allowed by policies of its own. */
  policiesOf(role: GraphResource): readonly NamedPolicy[] {
    const known = this.read.get(role) ?? this.readPoliciesOf(role);
    this.read.set(role, known);
    return known;
  }

  protected readPoliciesOf(role: GraphResource): NamedPolicy[] {
    const own = this.all("aws:iam/rolePolicy:RolePolicy").filter(({ inputs }) => inputs.role === role.id);
    return own.map(({ name, inputs }) => ({ name, policy: parsed(inputs.policy) }));
  }
}

interface Configured {
  readonly configuration?: Readonly<Record<string, string>>;
}

interface Action extends Configured {
  readonly name: string;
  readonly provider: string;
  readonly category: string;
  readonly inputArtifacts?: readonly string[];
  readonly outputArtifacts?: readonly string[];
}

interface Stage {
  readonly actions: readonly Action[];
  readonly beforeEntry?: { readonly condition: { readonly rules: readonly (Configured & Rule)[] } };
}

function stagesOf(stack: Stack): readonly Stage[] {
  return stack.graph.recorder.find("aws:codepipeline/pipeline:Pipeline").inputs.stages as readonly Stage[];
}

/** Every artifact that an action of the pipeline makes. */
export function artifactsOf(stack: Stack): string[] {
  return stagesOf(stack).flatMap(({ actions }) => actions.flatMap(({ outputArtifacts = [] }) => outputArtifacts));
}

/** The artifacts that a release is made from: its template, then its image. */
export function releaseArtifacts(stack: Stack): readonly string[] {
  return stagesOf(stack).at(-1)!.actions[0]!.inputArtifacts!;
}

/** What the pipeline's stages say. */
export function pipelineOf(stack: Stack) {
  const stages = stagesOf(stack);
  const values = (all: readonly Configured[], key: string) =>
    all.flatMap(({ configuration }) => configuration?.[key] ?? []);
  return {
    /** A key of the configuration of each action of a provider, where it has it. */
    configured: (provider: string, key: string, category?: string) =>
      values(
        stages
          .flatMap(({ actions }) => actions)
          .filter((action) => action.provider === provider && (category ?? action.category) === action.category),
        key,
      ),
    /** The same of rules. */
    rules: (provider: string, key: string) =>
      values(
        stages
          .flatMap(({ beforeEntry }) => beforeEntry?.condition.rules ?? [])
          .filter(({ ruleTypeId }) => ruleTypeId.provider === provider),
        key,
      ),
  };
}

interface Rule {
  readonly ruleTypeId: { readonly provider: string };
}

function parsed(text: unknown): Policy {
  return JSON.parse(text as string) as Policy;
}
