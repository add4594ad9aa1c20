import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** One statement of an identity policy. */
export interface Statement {
  /** @default "Allow" */
  readonly effect?: "Allow" | "Deny";
  readonly actions: readonly string[];
  /** ARNs. `*` only for actions that AWS knows no resource for; the comment beside it says so. */
  readonly resources: pulumi.Input<readonly pulumi.Input<string>[]>;
  readonly conditions?: Record<string, Record<string, pulumi.Input<string> | pulumi.Input<string>[]>>;
}

/** Renders statements as a policy document. */
export function policyDocument(statements: readonly Statement[]): pulumi.Output<string> {
  return pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: statements.map(({ effect = "Allow", actions, resources, conditions }) => ({
      Effect: effect,
      Action: actions,
      Resource: resources,
      ...(conditions ? { Condition: conditions } : {}),
    })),
  });
}

/** Makes a role that one AWS service assumes, and that may do exactly `statements`. */
export function serviceRole(
  name: string,
  service: string,
  statements: readonly Statement[],
  opts: pulumi.CustomResourceOptions,
): aws.iam.Role {
  const role = new aws.iam.Role(
    name,
    {
      assumeRolePolicy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
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
