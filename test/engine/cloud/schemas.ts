import { SchemaValidator, type TemplateFile } from "@aws/cloudformation-validate";
import type { Values } from "./values";

/** A resource in CloudFormation's words, which AWS's own schemas describe. */
export interface CloudFormationResource {
  readonly type: string;
  readonly properties: Values;
}

export interface Judgement {
  /** What AWS would refuse, by the properties' names in CloudFormation. */
  readonly problems: readonly string[];
  /** Top-level properties that cannot be changed after creation. */
  readonly createOnly: ReadonlySet<string>;
}

/** Stands for what a preview does not know yet. */
export const notYetKnown = { Ref: "NotYetKnown" };

let validator: SchemaValidator | undefined;
const judged = new Map<string, Judgement>();

/** Loads the schemas, which takes seconds, and only once. */
export function loadSchemas(): SchemaValidator {
  return (validator ??= new SchemaValidator());
}

/** Judges a resource by AWS's resource schemas: required, type, enum, pattern, length and range of its properties. */
export function judge(resource: CloudFormationResource): Judgement {
  const text = JSON.stringify({
    Parameters: { NotYetKnown: { Type: "String" } },
    Resources: { It: { Type: resource.type, Properties: resource.properties } },
  });
  const known = judged.get(text);
  if (known) return known;
  const template = { readBytes: () => Buffer.from(text) } as unknown as TemplateFile;
  const found = loadSchemas().validate(template, "eu-central-1");
  const wrong = found.filter(
    ({ severity, ruleId }) => severity === "FATAL" || severity === "ERROR" || ruleId === "W3030",
  );
  const judgement = {
    problems: wrong.map(({ propertyPath, message }) => `${propertyPath ?? resource.type}: ${message}`),
    createOnly: new Set(
      found.filter(({ ruleId }) => ruleId === "I9001").map(({ propertyPath = "" }) => propertyPath.split(".")[1]!),
    ),
  };
  judged.set(text, judgement);
  return judgement;
}
