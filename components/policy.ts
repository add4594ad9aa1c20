import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { arnParts } from "./arn";

/** One statement of an identity policy. */
export interface Statement {
  /** @default "Allow" */
  readonly effect?: "Allow" | "Deny";
  readonly actions: readonly string[];
  /** ARNs. `*` only for actions that AWS knows no resource for; the comment beside it says so. */
  readonly resources: pulumi.Input<readonly pulumi.Input<string>[]>;
  readonly conditions?: Record<string, Record<string, pulumi.Input<string> | pulumi.Input<string>[]>>;
}

/**
 * The use of a key by services for whom the role calls them, and not by the role itself. The services' names end so in every
 * partition. Source: KMS developer guide, conditions-kms, "kms:ViaService".
 */
export function keyUse(
  keyArn: pulumi.Input<string>,
  actions: readonly string[],
  services: readonly string[],
): Statement {
  const region = pulumi.output(keyArn).apply((arn) => arnParts(arn).region);
  const via = services.map((service) => pulumi.interpolate`${service}.${region}.amazonaws.com`);
  return {
    actions,
    resources: [keyArn],
    conditions: { StringEquals: { "kms:ViaService": via.length === 1 ? via[0]! : via } },
  };
}

/** What one role does from within the network. */
export interface Calls {
  readonly role: aws.iam.Role;
  readonly statements: readonly Statement[];
}

/** Renders statements as a policy document, but for those that turn out to have no resources. */
export function policyDocument(statements: readonly Statement[]): pulumi.Output<string> {
  const rendered = statements.map(({ effect = "Allow", actions, resources, conditions }) => ({
    Effect: effect,
    Action: actions,
    Resource: resources,
    ...(conditions ? { Condition: conditions } : {}),
  }));
  const known = pulumi.output(rendered) as unknown as pulumi.Output<
    readonly { readonly Resource: readonly string[] }[]
  >;
  return pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: known.apply((all) => all.filter(({ Resource }) => Resource.length > 0)),
  });
}

/** Who assumes a role. */
export interface Assumer {
  /** The AWS service. */
  readonly service: string;
  /**
   * The ARN, or its pattern, of what the service assumes it for, so that another account's cannot have it do so. Given
   * for each service of which AWS documents that it tells; docs/iam.md lists them.
   */
  readonly sourceArn?: pulumi.Input<string>;
}

/** Makes a role that one AWS service assumes, and that may do exactly `statements`. */
export function serviceRole(
  name: string,
  { service, sourceArn }: Assumer,
  statements: readonly Statement[],
  opts: pulumi.CustomResourceOptions,
): aws.iam.Role {
  const role = new aws.iam.Role(
    name,
    {
      assumeRolePolicy: pulumi.jsonStringify({
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Principal: { Service: service },
            Action: "sts:AssumeRole",
            ...(sourceArn ? { Condition: { ArnLike: { "aws:SourceArn": sourceArn } } } : {}),
          },
        ],
      }),
    },
    opts,
  );
  if (statements.length > 0) grant(name, role, statements, opts);
  return role;
}

/** Adds an inline policy to a role. */
export function grant(
  name: string,
  role: aws.iam.Role,
  statements: readonly Statement[],
  opts: pulumi.CustomResourceOptions,
): aws.iam.RolePolicy {
  return new aws.iam.RolePolicy(name, { role: role.id, policy: policyDocument(statements) }, opts);
}
