import { type RegisteredTaskDefinition, parseTaskDefinition } from "../codepipeline/fill-template";
import type { Account } from "../graph/account";

/** What the stack's roles are for, by the revision that the service is created with. */
export type Granted = RegisteredTaskDefinition;

/** Undefined where the program itself renders the release's task definition. */
export function grantedToOwnTemplate(account: Account, taskDefinitionArn: string): Granted | undefined {
  if (account.hasReleaseTemplate) return undefined;
  const { containerDefinitions, ...rest } = account.taskDefinition(taskDefinitionArn);
  return parseTaskDefinition({ ...rest, containerDefinitions: JSON.parse(containerDefinitions) as unknown });
}

/**
 * Why AWS would deny an app's own task definition, or start no task of it: the stack's roles are made for its settings.
 * Sources: ECS API, RegisterTaskDefinition; ECS developer guide, task_execution_IAM_role; docs/iam.md.
 */
export function deniedMistakes(definition: RegisteredTaskDefinition, granted: Granted): string[] {
  const mistakes: string[] = [];
  if (definition.family !== granted.family) {
    mistakes.push(`the pipeline may register the family ${granted.family} only, and it is ${definition.family}.`);
  }
  for (const key of ["executionRoleArn", "taskRoleArn"] as const) {
    const [own, allowed] = [definition[key], granted[key]];
    if (own !== undefined && own !== allowed)
      mistakes.push(
        `the pipeline may not pass the ${key} ${JSON.stringify(own)}. Name the stack's own, ${String(allowed)}.`,
      );
  }
  const secrets = new Set(secretsOf(granted));
  for (const secret of new Set(secretsOf(definition))) {
    if (secrets.has(secret)) continue;
    mistakes.push(`the execution role may not read ${secret}. Add it to the stack's secrets first.`);
  }
  const groups = new Set(logGroupsOf(granted));
  for (const group of new Set(logGroupsOf(definition))) {
    if (!groups.has(group))
      mistakes.push(`the execution role may not write the log group ${group}. Name ${[...groups].join(" or ")}.`);
  }
  return mistakes.map((mistake) => `taskdef.json: ${mistake}`);
}

interface Logging {
  readonly options?: Readonly<Record<string, string>>;
  readonly secretOptions?: readonly { readonly valueFrom: string }[];
}

/** Whole secrets, whichever part of each is read. */
function secretsOf({ containerDefinitions }: RegisteredTaskDefinition): string[] {
  return containerDefinitions.flatMap(({ secrets, logConfiguration }) =>
    [...secrets, ...((logConfiguration as Logging | undefined)?.secretOptions ?? [])].map(({ valueFrom }) =>
      valueFrom.includes(":secretsmanager:") ? valueFrom.split(":").slice(0, 7).join(":") : valueFrom,
    ),
  );
}

function logGroupsOf({ containerDefinitions }: RegisteredTaskDefinition): string[] {
  return containerDefinitions.flatMap(({ logConfiguration }) => {
    const { options = {} } = (logConfiguration ?? {}) as Logging;
    return options["awslogs-group"] ?? [];
  });
}
