import { AwsError } from "./control-plane";
import { membersOf, type Call, type Protocol, type WireRequest } from "./protocol";

const contentType = "application/x-amz-json-1.1";

/** Operations of CodeDeploy, as they stand in `X-Amz-Target` after the service's name, and the methods that answer them. */
const operations: ReadonlyMap<string, Call["operation"]> = new Map([
  ["CodeDeploy_20141006.ListDeploymentTargets", "listDeploymentTargets"],
  ["CodeDeploy_20141006.BatchGetDeploymentTargets", "batchGetDeploymentTargets"],
  ["CodeDeploy_20141006.PutLifecycleEventHookExecutionStatus", "putLifecycleEventHookExecutionStatus"],
]);

/** AWS JSON 1.1, as CodeDeploy speaks it. Source: Smithy 2.0, aws-json-1_1-protocol. */
export const jsonProtocol: Protocol = {
  accepts: ({ headers }) => targetOf(headers) !== undefined || Boolean(headers["content-type"]?.includes("json")),
  read: ({ headers, body }) => {
    const target = targetOf(headers) ?? "";
    const operation = operations.get(target);
    if (!operation) throw new AwsError("UnknownOperationException", `unknown operation: X-Amz-Target is "${target}"`);
    return { operation, input: parse(body) };
  },
  write: (_, output) => ({ contentType, body: JSON.stringify(toJson(output)) }),
  writeError: ({ code, message }) => ({ contentType, body: JSON.stringify({ __type: code, message }) }),
};

function targetOf(headers: WireRequest["headers"]): string | undefined {
  return [headers["x-amz-target"]].flat()[0];
}

function parse(body: string): object {
  let input: unknown;
  try {
    input = JSON.parse(body);
  } catch (error) {
    throw new AwsError("SerializationException", `the request's body is not JSON: ${(error as Error).message}`);
  }
  if (typeof input === "object" && input !== null && !Array.isArray(input)) return input;
  throw new AwsError("SerializationException", "the request's body is not a JSON object");
}

/** JSON 1.1 writes a time as seconds since 1970. */
function toJson(value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / 1000;
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(membersOf(value).map(([name, member]) => [name, toJson(member)]));
}
