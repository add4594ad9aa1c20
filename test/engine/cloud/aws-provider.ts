import { awsCall, awsOutputs } from "../../../rehearsal/graph/aws-outputs";
import type { Cloud } from "./cloud";
import { parsed } from "./translate";
import type { DiffRequest, Provider } from "./provider-server";
import { autoName, inputProblems, namedBy, replacing } from "./resource-types";
import { covers, type Values } from "./values";

/** Pulumi's provider for AWS, against an account in memory. It obeys `ignoreChanges` in Diff and Update, as the real one does. */
export function awsProvider(cloud: Cloud, version: string): Provider {
  const thingOf = (type: string, id: string, state: Values) => {
    const thing = cloud.get(type, id, state);
    if (!thing) throw new Error(`${type} ${id} is not there`);
    return thing;
  };
  return {
    version,
    supportsPreview: true,
    configure: ({ defaultTags }) => {
      const { tags = {} } = (typeof defaultTags === "string" ? parsed(defaultTags) : (defaultTags ?? {})) as {
        tags?: Values;
      };
      cloud.defaultTags = tags;
    },
    check: (type, name, given, oldInputs, random) => {
      const inputs = named(type, name, given, oldInputs, random);
      return { inputs, failures: inputProblems(type, inputs) };
    },
    diff: (request) => {
      const changed = changes(request);
      const replaces = replacing(request.type, request.inputs, changed);
      const property = namedBy(request.type);
      return { changed, replaces, deleteBeforeReplace: property === undefined };
    },
    create: (type, name, inputs) => {
      const { id, properties } = cloud.create(type, name, inputs);
      return { id, state: properties };
    },
    read: (type, id, state) => cloud.get(type, id, state)?.properties,
    update: (request) => {
      const thing = thingOf(request.type, request.id, request.state);
      cloud.update(thing, request.inputs, changes(request));
      return thing.properties;
    },
    delete: (type, id, state) => {
      const thing = cloud.get(type, id, state);
      // What somebody else has deleted is deleted.
      if (thing) cloud.delete(thing);
    },
    invoke: awsCall,
    unknownOutputs: (type) => (type.startsWith("aws:ec2/") ? [] : Object.keys(awsOutputs(type, "planned", {}).state)),
  };
}

/**
 * Properties that the real provider leaves as they are where a program no longer names them. Source: terraform-provider-aws,
 * aws_lb (SuppressMissingOptionalConfigurationBlock) and aws_lb_target_group (Optional and Computed).
 */
const keptIfDropped: Readonly<Record<string, readonly string[]>> = {
  "aws:lb/loadBalancer:LoadBalancer": ["accessLogs"],
  "aws:lb/targetGroup:TargetGroup": ["stickiness"],
};

/** The program's inputs, with a name of Pulumi's making where AWS wants one; the same one again for what is there already. */
function named(type: string, name: string, given: Values, oldInputs: Values, random: string): Values {
  const property = namedBy(type);
  if (property === undefined || property in given) return given;
  return property in oldInputs
    ? { ...given, [property]: oldInputs[property] }
    : { ...given, ...autoName(type, name, random) };
}

/** Names of the properties that are to change: given otherwise than AWS has them, or given no more. */
function changes({ type, state, oldInputs, inputs, ignoreChanges }: DiffRequest): string[] {
  const written = Object.keys(inputs).filter((key) => !covers(state[key], inputs[key]));
  const kept = keptIfDropped[type] ?? [];
  const dropped = Object.keys(oldInputs).filter((key) => !(key in inputs) && !kept.includes(key));
  return [...written, ...dropped].filter((key) => !ignoreChanges.includes(key));
}
