import { runSimulation } from "@cloud-copilot/iam-simulate";
import { account, region } from "../../rehearsal/graph/aws-outputs";
import type { GraphResource } from "../support/graph";
import { type Actor, stranger } from "./actor";
import { actors } from "./actors";
import { projectOf } from "./actors/things";
import type { Stack } from "./stack";

/** What an AWS service tells of whom it assumes a role for. */
interface Told {
  /** The ARN of it. */
  readonly sourceArn: (stack: Stack, role: GraphResource) => string;
  /** The same of this account that the role is not for. @default none that AWS would let a role tell from it */
  readonly others?: (stack: Stack) => string;
  /** Where AWS documents it. */
  readonly source: string;
}

/** The services of which AWS documents that they tell it; of the others it says nothing, and a condition might lock them out. */
export const told: Readonly<Record<string, Told>> = {
  "codebuild.amazonaws.com": {
    sourceArn: (stack, role) => projectOf(stack, role.outputs.arn as string).outputs.arn as string,
    source: "CodeBuild user guide, cross-service-confused-deputy-prevention",
  },
  "codedeploy.amazonaws.com": {
    sourceArn: (stack) => stack.arn("aws:codedeploy/deploymentGroup:DeploymentGroup"),
    others: (stack) => stack.local("codedeploy", "deploymentgroup:theirs/theirs"),
    source: "CodeDeploy user guide, security_confused_deputy",
  },
  "ecs-tasks.amazonaws.com": {
    sourceArn: (stack) => stack.local("ecs", "task/some-cluster/0123456789abcdef"),
    source: "ECS developer guide, task-iam-roles: of task roles, not of execution roles",
  },
  "events.amazonaws.com": {
    sourceArn: (stack, role) => {
      const targets = stack.all("aws:cloudwatch/eventTarget:EventTarget");
      const { rule } = targets.find(({ inputs }) => inputs.roleArn === role.outputs.arn)!.inputs;
      const rules = stack.all("aws:cloudwatch/eventRule:EventRule");
      return rules.find(({ outputs }) => outputs.name === rule)!.outputs.arn as string;
    },
    others: (stack) => stack.local("events", "rule/theirs"),
    source: "EventBridge user guide, cross-service-confused-deputy-prevention",
  },
};

/** Who might try to assume a role besides the service that it is for. */
const principals = [
  ...new Set(actors.map(({ service }) => service)),
  "ec2.amazonaws.com",
  `arn:aws:iam::${account}:user/somebody`,
  `arn:aws:iam::${stranger}:role/theirs`,
];

/** Roles that nobody uses, that their service cannot assume, or that others can. */
export async function trustProblems(stack: Stack): Promise<string[]> {
  const problems: string[] = [];
  for (const role of stack.roles) {
    const users = actors.filter(({ role: suffix }) => suffix !== undefined && stack.role(suffix)?.name === role.name);
    if (users.length !== 1) problems.push(`${role.name}: is the role of ${users.length} actors of test/iam/actors`);
    for (const { principal, sourceArn, wanted } of attempts(stack, role, users[0])) {
      if ((await assumes(principal, sourceArn, role, stack)) === wanted) continue;
      const what = sourceArn ? `${principal} for ${sourceArn}` : principal;
      problems.push(`${role.name}: ${what} ${wanted ? "cannot" : "can"} assume it`);
    }
  }
  return problems;
}

function attempt(principal: string, sourceArn: string | undefined, wanted: boolean) {
  return { principal, sourceArn, wanted };
}

function attempts(stack: Stack, role: GraphResource, user?: Actor) {
  const service = user?.service ?? "";
  const { sourceArn, others } = (user?.untold ? undefined : told[service]) ?? {};
  const own = sourceArn?.(stack, role);
  const strangers = principals.filter((it) => it !== service).map((principal) => attempt(principal, own, false));
  if (own === undefined) return [...strangers, attempt(service, undefined, true)];
  const elsewhere = [
    own.replace(account, stranger),
    own.replace(region, "us-east-1"),
    ...(others ? [others(stack)] : []),
  ];
  const denied = [...elsewhere, undefined].map((arn) => attempt(service, arn, false));
  return [...strangers, attempt(service, own, true), ...denied];
}

async function assumes(
  principal: string,
  sourceArn: string | undefined,
  { outputs }: GraphResource,
  stack: Stack,
): Promise<boolean> {
  const arn = outputs.arn as string;
  const source: Record<string, string> = sourceArn
    ? { "aws:SourceArn": sourceArn, "aws:SourceAccount": sourceArn.split(":")[4]! }
    : {};
  const result = await runSimulation(
    {
      request: {
        principal,
        action: "sts:AssumeRole",
        resource: { resource: arn, accountId: account },
        contextVariables: source,
      },
      identityPolicies: [],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      resourcePolicy: stack.resourcePolicies.get(arn)!.policy,
    },
    {},
  );
  if (result.resultType !== "single") throw new Error(JSON.stringify(result));
  return result.overallResult === "Allowed";
}
