import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { arns as arnRules, names } from "../../aws-rules";
import type { Problem } from "../problems";
import { listProblems, textProblem } from "../rule-problems";
import { whenKnown } from "../when-known";

/** What is wrong with the policies of the app's role. */
export function taskPolicyProblems(arns: readonly pulumi.Input<string>[]): Problem[] {
  const problems = listProblems("taskPolicyArns", arns, arnRules.managedPolicyArn);
  arns.forEach((arn, index) => {
    if (typeof arn !== "string" || arns.indexOf(arn) === index) return;
    problems.push({ path: `taskPolicyArns[${index}]`, message: `${arn} is listed twice.` });
  });
  const { most } = names.policiesOfRole;
  if (arns.length > most) {
    const message = `are ${arns.length}; a role takes ${most}. Put some of their statements into one policy.`;
    problems.push({ path: "taskPolicyArns", message });
  }
  return problems;
}

/** Lets the app do what these policies allow. */
export function attachPolicies(
  name: string,
  role: aws.iam.Role,
  arns: readonly pulumi.Input<string>[],
  opts: pulumi.CustomResourceOptions,
): aws.iam.RolePolicyAttachment[] {
  return arns.map((arn, index) => {
    const path = `taskPolicyArns[${index}]`;
    const policyArn =
      typeof arn === "string"
        ? arn
        : whenKnown(`The policies of ${name}`, arn, (known) => textProblem(path, known, arnRules.managedPolicyArn));
    return new aws.iam.RolePolicyAttachment(`${name}-${nameOf(arn, index)}`, { role: role.name, policyArn }, opts);
  });
}

/**
 * By the policy, so that another order attaches nothing anew; and by its account, since AWS's own may have the same name. An
 * ARN that is known later has its place alone.
 */
function nameOf(arn: pulumi.Input<string>, index: number): string {
  return typeof arn === "string" ? arn.split("::")[1]!.replace(":policy/", "-") : `policy-${index + 1}`;
}
