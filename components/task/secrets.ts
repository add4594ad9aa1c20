import * as pulumi from "@pulumi/pulumi";
import { keyUse, type Statement } from "../policy";
import { arns, ecs, textMistake } from "../../aws-rules";
import type { Problem } from "../problems";
import { textProblem } from "../rule-problems";
import { whenKnown } from "../when-known";

/**
 * The container's secrets: names of environment variables, each with the ARN of where ECS reads its value as a task
 * starts. A secret of Secrets Manager (with `:json-key:stage:version` behind it, if only a part is meant) or a parameter
 * of Systems Manager. Source: ECS developer guide, secrets-envvar-secrets-manager and secrets-envvar-ssm-paramstore.
 */
export type Secrets = Readonly<Record<string, pulumi.Input<string>>>;

/** What is wrong with the names of environment variables. Their values may be anything. */
export function environmentProblems(environment: Readonly<Record<string, unknown>>, at = "environment"): Problem[] {
  return Object.keys(environment).flatMap((name) => nameProblems(`${at}.${name}`, name));
}

/** What is wrong with the secrets, and with their names beside those of `environment`. */
export function secretProblems(
  secrets: Secrets,
  environment: Readonly<Record<string, unknown>>,
  at = "secrets",
): Problem[] {
  return Object.entries(secrets).flatMap(([name, arn]) => {
    const path = `${at}.${name}`;
    const problems = [...nameProblems(path, name), ...textProblem(path, arn, arns.secretArn)];
    if (name === "PORT") problems.push({ path, message: "PORT tells the container its port; choose another name." });
    if (name in environment) problems.push({ path, message: "is in environment too; keep one of the two." });
    return problems;
  });
}

function nameProblems(path: string, name: string): Problem[] {
  const mistake = textMistake(ecs.environmentName, name);
  return mistake === undefined ? [] : [{ path, message: `the name ${mistake}` }];
}

/** What ECS may read with the execution role: these secrets and nothing beside them. */
export function secretStatements(secrets: readonly Secrets[], keyArns: readonly pulumi.Input<string>[]): Statement[] {
  const all = secrets.flatMap((some) => Object.entries(some));
  const plain = [...new Set(all.flatMap(([, arn]) => (typeof arn === "string" ? [arn] : [])))];
  const later = all.filter(([, arn]) => typeof arn !== "string").map(([name, arn]) => judgedSecret(name, arn));
  const reads = [
    { service: "secretsmanager", actions: ["secretsmanager:GetSecretValue"], readable: secretsManagerArns },
    { service: "ssm", actions: ["ssm:GetParameters"], readable: parameterArns },
  ].filter(({ readable }) => later.length > 0 || readable(plain).length > 0);
  if (reads.length === 0) return [];
  // Whichever of the two has the secret opens it for ECS.
  const services = reads.map(({ service }) => service);
  return [
    ...reads.map(({ actions, readable }) => ({
      actions,
      resources:
        later.length > 0 ? pulumi.all(later).apply((known) => readable([...plain, ...known])) : readable(plain),
    })),
    ...keyArns.map((arn) => keyUse(arn, ["kms:Decrypt"], services)),
  ];
}

/** A secret's ARN has seven parts; what follows says which part of the value is meant. */
function secretsManagerArns(all: readonly string[]): string[] {
  return [...new Set(all.filter(arns.isSecretsManagerArn).map((arn) => arn.split(":").slice(0, 7).join(":")))];
}

function parameterArns(all: readonly string[]): string[] {
  return [...new Set(all.filter((arn) => !arns.isSecretsManagerArn(arn)))];
}

function judgedSecret(name: string, arn: pulumi.Input<string>): pulumi.Output<string> {
  return whenKnown(`The secret ${name}`, arn, (known) => textProblem(`secrets.${name}`, known, arns.secretArn));
}
