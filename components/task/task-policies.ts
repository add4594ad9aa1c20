import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { arns as arnRules, names } from "../../aws-rules";
import type { Problem } from "../problems";
import { listProblems } from "../rule-problems";

/** What is wrong with the policies of the app's role. */
export function taskPolicyProblems(arns: readonly string[]): Problem[] {
  const problems = listProblems("taskPolicyArns", arns, arnRules.managedPolicyArn);
  arns.forEach((arn, index) => {
    if (arns.indexOf(arn) === index) return;
    problems.push({ path: `taskPolicyArns[${index}]`, message: `${arn} is there twice.` });
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
  arns: readonly string[],
  opts: pulumi.CustomResourceOptions,
): aws.iam.RolePolicyAttachment[] {
  // Named by the policy, so that another order attaches nothing anew; and by its account, since AWS's own may have the same name.
  return arns.map(
    (policyArn) =>
      new aws.iam.RolePolicyAttachment(
        `${name}-${policyArn.split("::")[1]!.replace(":policy/", "-")}`,
        { role: role.name, policyArn },
        opts,
      ),
  );
}
