import {
  type handleUnaryCall,
  Server,
  ServerCredentials,
  status,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import * as plugin from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { containsUnknown, structOf, unknownValue, type Values, valuesOf } from "./values";

/** Inputs are as the program gives them; state is what the provider returned, inputs among it. */
export interface Provider {
  readonly version: string;
  /** Whether a preview asks Create and Update too; otherwise the engine holds all outputs for unknown. */
  readonly supportsPreview: boolean;
  /** The provider's own settings; `defaultTags` say, as JSON. */
  configure?(settings: Values): void;
  check(
    type: string,
    name: string,
    inputs: Values,
    oldInputs: Values,
    random: string,
  ): { inputs: Values; failures: string[] };
  diff(request: DiffRequest): { changed: string[]; replaces: string[]; deleteBeforeReplace?: boolean };
  create(type: string, name: string, inputs: Values): { id: string; state: Values };
  /** Undefined where it is there no more. */
  read(type: string, id: string, state: Values): Values | undefined;
  update(request: DiffRequest): Values;
  delete(type: string, id: string, state: Values): void;
  invoke(token: string, args: Values): Values;
  /** What Create would add, as far as a preview shows it: each name is an output that stays unknown. */
  unknownOutputs(type: string): string[];
  construct?(request: proto.ConstructRequest): Promise<proto.ConstructResponse>;
}

export interface DiffRequest {
  readonly type: string;
  readonly id: string;
  readonly state: Values;
  readonly oldInputs: Values;
  readonly inputs: Values;
  readonly ignoreChanges: readonly string[];
}

/** Serves a provider on a port of the loopback address, for `PULUMI_DEBUG_PROVIDERS`. */
export async function serve(provider: Provider): Promise<{ port: number; close: () => void }> {
  const server = new Server();
  server.addService(ResourceProviderService, implementation(provider));
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return { port, close: () => server.forceShutdown() };
}

function implementation(provider: Provider): UntypedServiceImplementation {
  const empty = unary(() => new Empty());
  return {
    attach: empty,
    cancel: empty,
    getPluginInfo: unary(() => new plugin.PluginInfo().setVersion(provider.version)),
    getSchema: unary(() => new proto.GetSchemaResponse().setSchema("{}")),
    checkConfig: unary((request: proto.CheckRequest) => new proto.CheckResponse().setInputs(request.getNews())),
    diffConfig: unary(() => new proto.DiffResponse().setChanges(proto.DiffResponse.DiffChanges.DIFF_NONE)),
    configure: unary((request: proto.ConfigureRequest) => {
      provider.configure?.(valuesOf(request.getArgs()));
      // As Pulumi's bridged providers do, except for Construct, which cannot do without secrets.
      return new proto.ConfigureResponse()
        .setAcceptsecrets(provider.construct !== undefined)
        .setSupportspreview(provider.supportsPreview);
    }),
    check: unary((request: proto.CheckRequest) => {
      const random = Buffer.from(request.getRandomseed_asU8()).toString("hex");
      const [type, name] = typeAndName(request.getUrn());
      const checked = provider.check(type, name, valuesOf(request.getNews()), valuesOf(request.getOlds()), random);
      return new proto.CheckResponse()
        .setInputs(structOf(checked.inputs))
        .setFailuresList(checked.failures.map((reason) => new proto.CheckFailure().setReason(reason)));
    }),
    diff: unary((request: proto.DiffRequest) => {
      const { changed, replaces, deleteBeforeReplace = false } = provider.diff(diffRequest(request));
      const { DIFF_SOME, DIFF_NONE } = proto.DiffResponse.DiffChanges;
      return new proto.DiffResponse()
        .setChanges(changed.length > 0 ? DIFF_SOME : DIFF_NONE)
        .setDiffsList(changed)
        .setReplacesList(replaces)
        .setDeletebeforereplace(deleteBeforeReplace);
    }),
    create: unary((request: proto.CreateRequest) => {
      const [type, name] = typeAndName(request.getUrn());
      const inputs = valuesOf(request.getProperties());
      if (request.getPreview())
        return new proto.CreateResponse().setProperties(structOf(planned(provider, type, inputs)));
      if (containsUnknown(inputs)) throw new Error(`${type} "${name}" is to be created with a value that is not known`);
      const { id, state } = provider.create(type, name, inputs);
      return new proto.CreateResponse().setId(id).setProperties(structOf(state));
    }),
    read: unary((request: proto.ReadRequest) => {
      const [type] = typeAndName(request.getUrn());
      const state = provider.read(type, request.getId(), valuesOf(request.getProperties()));
      if (state === undefined) return new proto.ReadResponse();
      const given = Object.keys(valuesOf(request.getInputs())).filter((key) => key in state);
      const inputs = Object.fromEntries(given.map((key) => [key, state[key]]));
      return new proto.ReadResponse().setId(request.getId()).setProperties(structOf(state)).setInputs(structOf(inputs));
    }),
    update: unary((request: proto.UpdateRequest) => {
      const asked = diffRequest(request);
      const state = request.getPreview() ? { ...asked.state, ...asked.inputs } : provider.update(asked);
      return new proto.UpdateResponse().setProperties(structOf(state));
    }),
    delete: unary((request: proto.DeleteRequest) => {
      const [type] = typeAndName(request.getUrn());
      provider.delete(type, request.getId(), valuesOf(request.getProperties()));
      return new Empty();
    }),
    invoke: unary((request: proto.InvokeRequest) => {
      const result = provider.invoke(request.getTok(), valuesOf(request.getArgs()));
      return new proto.InvokeResponse().setReturn(structOf(result));
    }),
    construct: unary((request: proto.ConstructRequest) => {
      if (!provider.construct) throw new Error(`no component ${request.getType()} here`);
      return provider.construct(request);
    }),
  };
}

/** What a preview can say of a resource that is to be created. */
function planned(provider: Provider, type: string, inputs: Values): Values {
  const unknown: Values = Object.fromEntries(provider.unknownOutputs(type).map((key) => [key, unknownValue]));
  return { ...unknown, ...inputs };
}

function diffRequest(request: proto.DiffRequest | proto.UpdateRequest): DiffRequest {
  return {
    type: typeAndName(request.getUrn())[0],
    id: request.getId(),
    state: valuesOf(request.getOlds()),
    oldInputs: valuesOf(request.getOldInputs()),
    inputs: valuesOf(request.getNews()),
    ignoreChanges: request.getIgnorechangesList(),
  };
}

/** `urn:pulumi:<stack>::<project>::<parent types>$<type>::<name>` */
function typeAndName(urn: string): [string, string] {
  const [, , types = "", ...name] = urn.split("::");
  return [types.split("$").at(-1)!, name.join("::")];
}

function unary<Request, Response>(answer: (request: Request) => Response | Promise<Response>) {
  const handle: handleUnaryCall<Request, Response> = (call, callback) => {
    Promise.resolve()
      .then(() => answer(call.request))
      .then(
        (response) => callback(null, response),
        (error: unknown) =>
          callback({ code: status.UNKNOWN, details: error instanceof Error ? error.message : String(error) }),
      );
  };
  return handle;
}
