import { XMLBuilder } from "fast-xml-parser";
import { AwsError } from "./control-plane";
import { membersOf, type Call, type Protocol, type Refusal } from "./protocol";
import { readForm, type InputNames } from "./query-form";

const contentType = "text/xml;charset=UTF-8";
const xml = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: "@", suppressEmptyNode: true });

/** What tells one query service from another. */
interface QueryService {
  readonly refusals: Readonly<Record<Refusal, string>>;
  /** Value of the form's `Version`: an API version belongs to one service. */
  readonly version: string;
  readonly operations: ReadonlyMap<string, Call["operation"]>;
  readonly inputNames: InputNames;
  /** Name of the elements of a list. */
  readonly listElement: string;
  /** Name of the element for a member of the SDK's types. */
  elementName(member: string): string;
  answer(action: string, output: object, requestId: string): object;
  error(error: AwsError, requestId: string): object;
}

/** AWS query, as Elastic Load Balancing speaks it. Source: Smithy 2.0, aws-query-protocol. */
const elasticLoadBalancing: QueryService = {
  // Source: Elastic Load Balancing API reference, "Common Errors".
  refusals: {
    missing: "MissingAuthenticationToken",
    incomplete: "IncompleteSignature",
    "unknown-key": "InvalidClientTokenId",
    mismatch: "SignatureDoesNotMatch",
    expired: "SignatureDoesNotMatch",
    denied: "AccessDenied",
  },
  version: "2015-12-01",
  operations: new Map([
    ["DescribeListeners", "describeListeners"],
    ["DescribeRules", "describeRules"],
    ["DescribeTargetHealth", "describeTargetHealth"],
  ]),
  inputNames: { members: {}, integers: ["PageSize"], booleans: [] },
  listElement: "member",
  elementName: (member) => member,
  answer: (action, output, requestId) => ({
    [`${action}Response`]: {
      "@xmlns": "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/",
      [`${action}Result`]: output,
      ResponseMetadata: { RequestId: requestId },
    },
  }),
  error: ({ code, message, status }, requestId) => ({
    ErrorResponse: {
      "@xmlns": "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/",
      Error: { Type: status < 500 ? "Sender" : "Receiver", Code: code, Message: message },
      RequestId: requestId,
    },
  }),
};

/** EC2's elements for lists are named apart from its members. Source: EC2 API reference, NetworkInterface. */
const ec2Elements: Readonly<Record<string, string>> = {
  NetworkInterfaces: "networkInterfaceSet",
  PrivateIpAddresses: "privateIpAddressesSet",
  Ipv6Addresses: "ipv6AddressesSet",
  Groups: "groupSet",
};

/** EC2 query. Source: Smithy 2.0, aws-ec2-query-protocol. */
const ec2: QueryService = {
  // Source: EC2 API reference, "Error codes", "Common client errors".
  refusals: {
    missing: "MissingAuthenticationToken",
    incomplete: "IncompleteSignature",
    "unknown-key": "AuthFailure",
    mismatch: "SignatureDoesNotMatch",
    expired: "RequestExpired",
    denied: "UnauthorizedOperation",
  },
  version: "2016-11-15",
  operations: new Map([["DescribeNetworkInterfaces", "describeNetworkInterfaces"]]),
  inputNames: {
    members: { Filter: "Filters", Value: "Values", NetworkInterfaceId: "NetworkInterfaceIds" },
    integers: ["MaxResults"],
    booleans: ["DryRun"],
  },
  listElement: "item",
  elementName: (member) => ec2Elements[member] ?? `${member.charAt(0).toLowerCase()}${member.slice(1)}`,
  answer: (action, output, requestId) => ({
    [`${action}Response`]: { "@xmlns": "http://ec2.amazonaws.com/doc/2016-11-15/", requestId, ...output },
  }),
  error: ({ code, message }, requestId) => ({
    Response: { Errors: { Error: { Code: code, Message: message } }, RequestID: requestId },
  }),
};

export const elasticLoadBalancingProtocol = queryProtocol(elasticLoadBalancing);
export const ec2Protocol = queryProtocol(ec2);

function queryProtocol(service: QueryService): Protocol {
  const actions = new Map([...service.operations].map(([action, operation]) => [operation, action]));
  const write = (document: object) => ({ contentType, body: `<?xml version="1.0"?>\n${xml.build(document)}` });
  return {
    refusals: service.refusals,
    accepts: ({ body }) => new URLSearchParams(body).get("Version") === service.version,
    read: ({ body }) => {
      const form = new URLSearchParams(body);
      const action = form.get("Action");
      if (!action) throw new AwsError("MissingAction", "the request names no Action");
      const operation = service.operations.get(action);
      if (!operation) {
        throw new AwsError(
          "InvalidAction",
          `The action ${action} is not valid for this web service (version ${service.version}).`,
        );
      }
      form.delete("Action");
      form.delete("Version");
      return { operation, input: readForm(form, service.inputNames) };
    },
    write: ({ operation }, output, requestId) => {
      return write(service.answer(actions.get(operation)!, toXml(output, service) as object, requestId));
    },
    writeError: (error, requestId) => write(service.error(error, requestId)),
  };
}

function toXml(value: unknown, service: QueryService): unknown {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return { [service.listElement]: value.map((item) => toXml(item, service)) };
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    membersOf(value).map(([name, member]) => [service.elementName(name), toXml(member, service)]),
  );
}
