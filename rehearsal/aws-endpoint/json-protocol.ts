import { AwsError } from "./control-plane";
import { membersOf, type Call, type Protocol, type WireRequest } from "./protocol";

const contentType = "application/x-amz-json-1.1";

/** Operations by the service's name in `X-Amz-Target`. */
const services: Readonly<Record<string, readonly Capitalize<Call["operation"]>[]>> = {
  CodeDeploy_20141006: ["ListDeploymentTargets", "BatchGetDeploymentTargets", "PutLifecycleEventHookExecutionStatus"],
  AmazonEC2ContainerServiceV20141113: [
    "RegisterTaskDefinition",
    "DescribeTaskDefinition",
    "DescribeServices",
    "UpdateService",
    "ListServiceDeployments",
    "DescribeServiceDeployments",
    "DescribeServiceRevisions",
    "StopServiceDeployment",
    "ContinueServiceDeployment",
  ],
  CodePipeline_20150709: ["PutJobSuccessResult", "PutJobFailureResult", "GetPipelineExecution"],
  GraniteServiceVersion20100801: ["DescribeAlarms"],
  AmazonSSM: ["GetParameter"],
};

/** The methods that answer, by `X-Amz-Target`. */
const operations: ReadonlyMap<string, Call["operation"]> = new Map(
  Object.entries(services).flatMap(([service, names]) =>
    names.map((name) => [`${service}.${name}`, methodOf(name)] as const),
  ),
);

/** AWS JSON 1.1, as CodeDeploy, ECS and CodePipeline speak it, and 1.0, as CloudWatch does. Source: Smithy 2.0, aws-json-1_1-protocol. */
export const jsonProtocol: Protocol = {
  // Source: ECS API reference, "Common errors".
  refusals: {
    missing: "MissingAuthenticationTokenException",
    incomplete: "IncompleteSignatureException",
    "unknown-key": "UnrecognizedClientException",
    mismatch: "InvalidSignatureException",
    expired: "InvalidSignatureException",
    denied: "AccessDeniedException",
  },
  accepts: ({ headers }) => targetOf(headers) !== undefined || Boolean(headers["content-type"]?.includes("json")),
  read: ({ headers, body }) => {
    const target = targetOf(headers) ?? "";
    const operation = operations.get(target);
    if (!operation) throw new AwsError("UnknownOperationException", `unknown operation: X-Amz-Target is "${target}"`);
    return { operation, input: parse(body) };
  },
  write: (_, output) => ({ contentType, body: JSON.stringify(toJson(output ?? {})) }),
  writeError: ({ code, message }) => ({ contentType, body: JSON.stringify({ __type: code, message }) }),
};

function methodOf(name: Capitalize<Call["operation"]>): Call["operation"] {
  return (name.charAt(0).toLowerCase() + name.slice(1)) as Call["operation"];
}

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
