import { runSimulation } from "@cloud-copilot/iam-simulate";
import { account } from "../../rehearsal/graph/aws-outputs";
import { stranger } from "./actor";
import { actors } from "./actors";
import type { Stack } from "./stack";

/** Who might try to assume a role besides the service that it is for. */
const others = [
  ...new Set(actors.map(({ service }) => service)),
  "ec2.amazonaws.com",
  `arn:aws:iam::${account}:user/somebody`,
  `arn:aws:iam::${stranger}:role/theirs`,
];

/** Roles that nobody uses, that their service cannot assume, or that others can. */
export async function trustProblems(stack: Stack): Promise<string[]> {
  const problems: string[] = [];
  for (const { name, outputs } of stack.roles) {
    const users = actors.filter(({ role }) => role !== undefined && stack.role(role)?.name === name);
    if (users.length !== 1) problems.push(`${name}: is the role of ${users.length} actors of test/iam/actors`);
    const service = users[0]?.service;
    for (const principal of others) {
      if ((await assumes(principal, outputs.arn as string, stack)) === (principal === service)) continue;
      problems.push(`${name}: ${principal} ${principal === service ? "cannot" : "can"} assume it`);
    }
  }
  return problems;
}

async function assumes(principal: string, role: string, stack: Stack): Promise<boolean> {
  const result = await runSimulation(
    {
      request: {
        principal,
        action: "sts:AssumeRole",
        resource: { resource: role, accountId: account },
        contextVariables: {},
      },
      identityPolicies: [],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      resourcePolicy: stack.resourcePolicies.get(role)!.policy,
    },
    {},
  );
  if (result.resultType !== "single") throw new Error(JSON.stringify(result));
  return result.overallResult === "Allowed";
}
