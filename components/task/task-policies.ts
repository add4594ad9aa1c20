import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../problems";

/** Managed policies that a role takes unless AWS raises the quota. Source: IAM user guide, reference_iam-quotas. */
const mostPolicies = 10;

/** What is wrong with the policies of the app's role. */
export function taskPolicyProblems(arns: readonly string[]): Problem[] {
  const problems: Problem[] = [];
  arns.forEach((arn, index) => {
    const path = `taskPolicyArns[${index}]`;
    if (!/^arn:[\w-]+:iam::(\d{12}|aws):policy\/[\w+=,.@/-]+$/.test(arn)) {
      problems.push({
        path,
        message: `"${arn}" is not the ARN of a managed policy; expected arn:aws:iam::<account>:policy/<name>.`,
      });
    } else if (arns.indexOf(arn) < index) problems.push({ path, message: `${arn} is there twice.` });
  });
  if (arns.length > mostPolicies) {
    const message = `are ${arns.length}; a role takes ${mostPolicies}. Put some of their statements into one policy.`;
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
