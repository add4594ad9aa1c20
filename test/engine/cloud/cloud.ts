import { awsOutputs } from "../../../rehearsal/graph/aws-outputs";
import { createDeploymentGroup } from "./code-deploy";
import { eventTargets } from "./event-bridge";
import { networkId } from "./network";
import { refusal } from "./refusals";
import type { Values } from "./values";

/** One thing in the account, with the properties that AWS would describe it by, in Pulumi's words. */
export interface Thing {
  readonly type: string;
  readonly id: string;
  /** The resource's name in the program. */
  readonly name: string;
  properties: Values;
}

export type Operation = "create" | "update" | "delete";

/** One call that AWS got and carried out. */
export interface Call {
  readonly operation: Operation;
  readonly type: string;
  readonly name: string;
  /** Properties that an update wrote. */
  readonly changed: readonly string[];
}

/** What AWS answers with when it refuses; its message is what `pulumi` shows. */
export class Refused extends Error {}

/** An AWS account in memory: things with state, what refers to what, and what AWS refuses. */
export class Cloud {
  readonly calls: Call[] = [];
  /** ARNs of the pipelines that EventBridge started, one a start. */
  readonly pipelineStarts: string[] = [];
  /** Tags that were pushed, as `repository-url:tag`. */
  readonly pushedTags = new Set<string>();
  /** Tags that the provider puts on whatever it makes. */
  defaultTags: Values = {};
  private readonly things = new Map<string, Thing>();
  private readonly planned: { readonly type: string; readonly message: string }[] = [];
  private serial = 0;

  /** Refuses the next creation of a thing of this type, as a throttled or failing service would. */
  refuseNext(type: string, message: string): void {
    this.planned.push({ type, message });
  }

  /** Every thing, or those of one type. */
  all(type?: string): Thing[] {
    return [...this.things.values()].filter((thing) => type === undefined || thing.type === type);
  }

  /** The thing of this type with this property. */
  find(type: string, property: string, value: unknown): Thing | undefined {
    return this.all(type).find(({ properties }) => properties[property] === value);
  }

  /** As Pulumi finds it: by its id, or for what shares ids by its ARN. */
  get(type: string, id: string, { arn }: Values = {}): Thing | undefined {
    return this.things.get(keyOf(type, id, arn));
  }

  create(type: string, name: string, inputs: Values): Thing {
    this.refusePlanned(type);
    this.check("create", { type, id: "", name, properties: inputs }, []);
    this.serial++;
    const { id, state } = this.outputs(type, name, inputs);
    const thing = { type, id, name, properties: state };
    this.things.set(keyOf(type, id, state.arn), thing);
    this.calls.push({ operation: "create", type, name, changed: [] });
    if (type === "aws:codedeploy/deploymentGroup:DeploymentGroup") createDeploymentGroup(this, inputs);
    this.notify(thing);
    return thing;
  }

  /** Writes those of the properties that are named; the others stay what somebody else may have made of them. */
  update(thing: Thing, inputs: Values, changed: readonly string[]): void {
    const written = Object.fromEntries(changed.map((key) => [key, inputs[key]]));
    this.check("update", { ...thing, properties: { ...thing.properties, ...written } }, changed);
    Object.assign(thing.properties, written);
    const content = changed.some((key) => key.startsWith("content"));
    if (thing.type === "aws:s3/bucketObjectv2:BucketObjectv2" && content) {
      thing.properties.versionId = String(Number(thing.properties.versionId) + 1);
    }
    this.calls.push({ operation: "update", type: thing.type, name: thing.name, changed });
    // Tags alone make no new version. Source: terraform-provider-aws, aws_s3_object (hasObjectContentChanges).
    if (content) this.notify(thing);
  }

  delete(thing: Thing): void {
    // ECS keeps a revision that the program asks it to keep.
    if (thing.properties.skipDestroy === true) return;
    this.check("delete", thing, []);
    this.things.delete(keyOf(thing.type, thing.id, thing.properties.arn));
    this.calls.push({ operation: "delete", type: thing.type, name: thing.name, changed: [] });
  }

  /** A docker push. */
  push(repositoryUrl: string, tag: string): void {
    const repository = this.find("aws:ecr/repository:Repository", "repositoryUrl", repositoryUrl);
    if (!repository) throw new Refused(`name unknown: the repository ${repositoryUrl} does not exist`);
    const image = `${repositoryUrl}:${tag}`;
    if (repository.properties.imageTagMutability === "IMMUTABLE" && this.pushedTags.has(image)) {
      throw new Refused(
        `tag invalid: the image tag '${tag}' already exists and cannot be overwritten because it is immutable`,
      );
    }
    this.pushedTags.add(image);
  }

  private check(operation: Operation, thing: Thing, changed: readonly string[]): void {
    const message = refusal(this, operation, thing, changed);
    if (message !== undefined) throw new Refused(message);
  }

  private refusePlanned(type: string): void {
    const index = this.planned.findIndex((it) => it.type === type);
    if (index >= 0) throw new Refused(this.planned.splice(index, 1)[0]!.message);
  }

  private outputs(type: string, name: string, inputs: Values): { id: string; state: Values } {
    const ownId = networkId(type, this.serial);
    if (ownId !== undefined) return { id: ownId, state: { ...inputs } };
    // Random digits of AWS's are made from the name there; here two things never share one.
    const { id, state } = awsOutputs(type, `${name}-${this.serial}`, inputs);
    if (type !== "aws:ecs/taskDefinition:TaskDefinition") return { id, state };
    const revision = this.all(type).filter(({ properties }) => properties.family === inputs.family).length + 1;
    return { id, state: { ...state, revision, arn: String(state.arn).replace(/:1$/, `:${revision}`) } };
  }

  private notify({ type, properties }: Thing): void {
    if (type !== "aws:s3/bucketObjectv2:BucketObjectv2") return;
    this.pipelineStarts.push(...eventTargets(this, String(properties.bucket), String(properties.key)));
  }
}

// Revisions of a task definition share their family as id.
function keyOf(type: string, id: string, arn: unknown): string {
  return `${type} ${type === "aws:ecs/taskDefinition:TaskDefinition" ? String(arn) : id}`;
}
