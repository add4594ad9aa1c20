import { keyUse, type Statement } from "../policy";
import type { Problem } from "../problems";

/**
 * The container's secrets: names of environment variables, each with the ARN of where ECS reads its value as a task
 * starts. A secret of Secrets Manager (with `:json-key:stage:version` behind it, if only a part is meant) or a parameter
 * of Systems Manager. Source: ECS developer guide, secrets-envvar-secrets-manager and secrets-envvar-ssm-paramstore.
 */
export type Secrets = Readonly<Record<string, string>>;

const secretArn = /^arn:[\w-]+:secretsmanager:[\w-]+:\d{12}:secret:[\w/+=.@-]+(:[^:]*:[^:]*:[^:]*)?$/;
const parameterArn = /^arn:[\w-]+:ssm:[\w-]+:\d{12}:parameter\/[\w./-]+$/;

/** What is wrong with the secrets, and with their names beside those of `environment`. */
export function secretProblems(
  secrets: Secrets,
  environment: Readonly<Record<string, unknown>>,
  at = "secrets",
): Problem[] {
  return Object.entries(secrets).flatMap(([name, arn]) => {
    const path = `${at}.${name}`;
    const problems: Problem[] = [];
    if (!secretArn.test(arn) && !parameterArn.test(arn)) {
      const expected = "the ARN of a Secrets Manager secret or a Systems Manager parameter, not a value";
      problems.push({ path, message: `is not what ECS can read from; expected ${expected}.` });
    }
    if (name === "PORT") problems.push({ path, message: "PORT tells the container its port; choose another name." });
    if (name in environment) problems.push({ path, message: "is in environment too; keep one of the two." });
    return problems;
  });
}

/** What ECS may read with the execution role: these secrets and nothing beside them. */
export function secretStatements(secrets: readonly Secrets[], keyArns: readonly string[]): Statement[] {
  const arns = [...new Set(secrets.flatMap((some) => Object.values(some)))];
  // A secret's ARN has seven parts; what follows says which part of the value is meant.
  const inSecretsManager = arns.filter((arn) => secretArn.test(arn)).map((arn) => arn.split(":").slice(0, 7).join(":"));
  const parameters = arns.filter((arn) => parameterArn.test(arn));
  const reads = [
    {
      service: "secretsmanager",
      actions: ["secretsmanager:GetSecretValue"],
      resources: [...new Set(inSecretsManager)],
    },
    { service: "ssm", actions: ["ssm:GetParameters"], resources: parameters },
  ].filter(({ resources }) => resources.length > 0);
  if (reads.length === 0) return [];
  // Whichever of the two has the secret opens it for ECS.
  const services = reads.map(({ service }) => service);
  return [
    ...reads.map(({ actions, resources }) => ({ actions, resources })),
    ...keyArns.map((arn) => keyUse(arn, ["kms:Decrypt"], services)),
  ];
}
