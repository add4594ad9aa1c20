import * as pulumi from "@pulumi/pulumi";
import type {
  ReadResourceRequest,
  RegisterResourceOutputsRequest,
  RegisterResourceRequest,
} from "@pulumi/pulumi/proto/resource_pb";
import { awsCall, awsOutputs } from "./aws-outputs";
import { existingOutputs, type ExistingThings } from "./existing";

/** One resource that the program registered: what `pulumi up` would send to its provider, and with which options; or that it has read. */
export interface GraphResource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** URN of the component that it belongs to. */
  readonly parent: string;
  /** Names that it had in earlier versions of the program. */
  readonly earlierNames: readonly string[];
  /** URNs of the components that it belonged to in earlier versions. */
  readonly earlierParents: readonly string[];
  /** False for components. */
  readonly custom: boolean;
  readonly id: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Names of the inputs that Pulumi keeps encrypted. */
  readonly secretInputs: readonly string[];
  /** The inputs as a state shows them: without every value in them that Pulumi keeps encrypted. */
  readonly shownInputs: unknown;
  /** Inputs, and what AWS would add: arns, names, addresses. */
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly ignoreChanges: readonly string[];
  /** URNs, of dependsOn as of the inputs. */
  readonly dependencies: readonly string[];
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
}

export interface GraphOptions {
  readonly project: string;
  readonly stack: string;
  /** Settings as Pulumi hands them over, `greenlight:cpu` to `"256"`. */
  readonly config?: Readonly<Record<string, string>>;
  /** Those of them that were given with --secret. @default none */
  readonly secretKeys?: readonly string[];
  /** The registry that ECR repositories are in, `host:port`. @default AWS's own */
  readonly registry?: string;
  /** @default all as such things are */
  readonly existing?: ExistingThings;
  /** As in `pulumi preview`, what AWS would add to a resource is unknown. @default false */
  readonly preview?: boolean;
}

/**
 * Puts Pulumi's mocks in place, and records each resource that is then registered, options included. Types and calls
 * that nobody described are refused, so that nothing is mocked by accident.
 */
export class Recorder {
  readonly resources: GraphResource[] = [];
  /** What components and the stack itself give as outputs, by URN, without what Pulumi keeps encrypted. */
  readonly shownOutputs: Record<string, unknown> = {};
  /** Components that a provider makes, `awsx:ec2:Vpc` say: to the program, they have outputs as resources have. */
  private readonly remoteComponents = new Set<string>();
  private readonly urns = new Set<string>();
  private isStopped = false;

  static async install(options: GraphOptions): Promise<Recorder> {
    const { project, stack, config = {}, secretKeys = [], registry, existing, preview = false } = options;
    const recorder = new Recorder();
    pulumi.runtime.setAllConfig({ ...config }, [...secretKeys]);
    await pulumi.runtime.setMocks(
      {
        newResource: (args) => {
          if (recorder.isStopped) return noAnswer;
          const isComponent = args.custom === false;
          // The program's own components register their outputs themselves.
          if (isComponent && !recorder.remoteComponents.has(args.type)) return { id: undefined, state: {} };
          const given = args.inputs as Record<string, unknown>;
          const inputs = replaceSecrets(given, unwrapped) as Record<string, unknown>;
          if (args.id) return { id: args.id, state: recorder.read(args.type, args.id, inputs, existing) };
          const { id, state: known } = awsOutputs(args.type, args.name, inputs, config["aws:region"]);
          const state = Object.fromEntries(
            // What is a secret as an input is one as an output.
            Object.entries(known).map(([key, value]) => [key, value === inputs[key] ? given[key] : value]),
          );
          if (registry !== undefined && "repositoryUrl" in state)
            state.repositoryUrl = `${registry}/${String(state.name)}`;
          return preview ? { id: undefined, state: given } : { id: isComponent ? undefined : id, state };
        },
        call: (args) =>
          recorder.isStopped
            ? noAnswer
            : awsCall(args.token, args.inputs as Record<string, unknown>, config["aws:region"]),
      },
      project,
      stack,
      preview,
    );
    recorder.listen();
    return recorder;
  }

  /** Whatever the program still asks for is not answered, so that it does nothing more. */
  stop(): void {
    this.isStopped = true;
  }

  /** The resource of this type whose name is, or ends in, `name`. */
  find(type: string, name = ""): GraphResource {
    const found = this.all(type).filter((resource) => resource.name.endsWith(name));
    if (found.length === 1) return found[0]!;
    const seen = this.all(type).map((resource) => resource.name);
    throw new Error(
      `expected one ${type} named "*${name}", found ${found.length}; there are: ${seen.join(", ") || "none"}`,
    );
  }

  /** Every resource of a type. */
  all(type: string): GraphResource[] {
    return this.resources.filter((resource) => resource.type === type);
  }

  /** What AWS tells of something that the program names: what it has made itself, or what was there before. */
  private read(type: string, id: string, inputs: Record<string, unknown>, existing?: ExistingThings) {
    const own = this.all(type).find((resource) => resource.id === id);
    return own ? { ...own.outputs } : existingOutputs(type, id, inputs, existing);
  }

  // Pulumi's mocks are told nothing of a resource's options; the request that the program sent carries them.
  private listen(): void {
    const monitor = pulumi.runtime.getMonitor() as unknown as MockMonitor;
    const register = monitor.registerResource.bind(monitor);
    monitor.registerResource = (request, callback) => {
      if (request.getRemote()) this.remoteComponents.add(request.getType());
      return register(request, (error, response) => {
        const problem = error ?? this.duplicate(response!.getUrn());
        if (!problem) this.record(request, response!);
        callback(problem, response);
      });
    };
    const registerOutputs = monitor.registerResourceOutputs.bind(monitor);
    monitor.registerResourceOutputs = (request, callback) => {
      const outputs = pulumi.runtime.deserializeProperties(request.getOutputs()!) as unknown;
      this.shownOutputs[request.getUrn()] = replaceSecrets(outputs, () => "[secret]");
      return registerOutputs(request, callback);
    };
    const read = monitor.readResource.bind(monitor);
    monitor.readResource = (request, callback) =>
      read(request, (error, response) => {
        if (!error) this.recordRead(request, response!);
        callback(error, response);
      });
  }

  /** As the engine refuses it, which the mocks do not. */
  private duplicate(urn: string): Error | undefined {
    if (this.urns.has(urn)) return new Error(`Duplicate resource URN '${urn}'; try giving it a unique name`);
    this.urns.add(urn);
    return undefined;
  }

  private recordRead(request: ReadResourceRequest, response: MockReadResponse): void {
    this.resources.push({
      urn: response.getUrn(),
      type: request.getType(),
      name: request.getName(),
      parent: request.getParent(),
      earlierNames: [],
      earlierParents: [],
      custom: true,
      id: request.getId(),
      inputs: {},
      secretInputs: [],
      shownInputs: {},
      outputs: pulumi.runtime.deserializeProperties(response.getProperties()),
      ignoreChanges: [],
      dependencies: request.getDependenciesList(),
      protect: false,
      retainOnDelete: false,
    });
  }

  private record(request: RegisterResourceRequest, response: MockResponse): void {
    const aliases = request.getAliasesList();
    const inputs = pulumi.runtime.deserializeProperties(request.getObject()!) as Record<string, unknown>;
    const outputs = pulumi.runtime.deserializeProperties(response.getObject()) as Record<string, unknown>;
    this.resources.push({
      urn: response.getUrn(),
      type: request.getType(),
      name: request.getName(),
      parent: request.getParent(),
      earlierNames: aliases.map((alias) => alias.getSpec()?.getName() ?? alias.getUrn()).filter(Boolean),
      earlierParents: aliases.map((alias) => alias.getSpec()?.getParenturn() ?? "").filter(Boolean),
      custom: request.getCustom(),
      id: response.getId(),
      inputs: replaceSecrets(inputs, unwrapped) as Record<string, unknown>,
      secretInputs: Object.keys(inputs).filter((key) => pulumi.runtime.isRpcSecret(inputs[key])),
      shownInputs: replaceSecrets(inputs, () => "[secret]"),
      outputs: replaceSecrets(outputs, unwrapped) as Record<string, unknown>,
      ignoreChanges: request.getIgnorechangesList(),
      dependencies: request.getDependenciesList(),
      protect: request.getProtect() ?? false,
      retainOnDelete: request.getRetainondelete() ?? false,
    });
  }
}

const noAnswer = new Promise<never>(() => undefined);

interface MockResponse {
  getUrn(): string;
  getId(): string;
  getObject(): NonNullable<ReturnType<RegisterResourceRequest["getObject"]>>;
}

interface MockReadResponse {
  getUrn(): string;
  getProperties(): NonNullable<ReturnType<ReadResourceRequest["getProperties"]>>;
}

interface MockMonitor {
  readResource(
    request: ReadResourceRequest,
    callback: (error: unknown, response: MockReadResponse | undefined) => void,
  ): unknown;
  registerResourceOutputs(request: RegisterResourceOutputsRequest, callback: (error: unknown) => void): unknown;
  registerResource(
    request: RegisterResourceRequest,
    callback: (error: unknown, response: MockResponse | undefined) => void,
  ): unknown;
}

/** A secret comes as its value in an envelope; the rehearsal needs the value, as AWS would. */
function unwrapped(secret: unknown): unknown {
  return replaceSecrets(pulumi.runtime.unwrapRpcSecret(secret), unwrapped);
}

function replaceSecrets(value: unknown, replaced: (secret: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => replaceSecrets(item, replaced));
  if (value === null || typeof value !== "object" || pulumi.asset.Asset.isInstance(value)) return value;
  if (pulumi.asset.Archive.isInstance(value)) return value;
  if (pulumi.runtime.isRpcSecret(value)) return replaced(value);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, replaceSecrets(item, replaced)]));
}
