import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { imagePlaceholder } from "../../hooks/ecs-release/template-files";
import { executionRole } from "./execution-role";
import { type Assumer, type Calls, serviceRole } from "../policy";
import { siblingArn } from "../sibling-arn";
import { firstRevision, renderTaskDefinition } from "./task-definition";
import { efsStatements } from "./efs-volumes";
import { commandLog, executeCommandStatements } from "./execute-command";
import { logRouterStatements } from "./log-router";
import { collectorConfig, collectorStatements, metricsLog } from "./open-telemetry";
import { allSidecars, type SettledTask } from "./task-options";
import { attachPolicies } from "./task-policies";

export interface TaskArgs extends SettledTask {
  /** The image that the service is born with. */
  readonly image: pulumi.Input<string>;
  readonly repositoryArn: pulumi.Input<string>;
  readonly logRetentionDays: number;
}

/** What every revision of the service's task is made with: its definition, its two roles and its logs. */
export interface Task {
  /** What the app itself may do in AWS. */
  readonly role: aws.iam.Role;
  /** What ECS does for the task: pulls its images, reads its secrets, writes its log. */
  readonly executionRole: aws.iam.Role;
  /** What the two roles may do; a task that starts before them may not yet. */
  readonly policies: readonly pulumi.Resource[];
  /** What either role does from within the network. */
  readonly calls: readonly Calls[];
  /** Of the commands that people run in containers; undefined where they cannot. */
  readonly commandLog: aws.cloudwatch.LogGroup | undefined;
  /** RegisterTaskDefinition's input for each release, with a placeholder for the image. */
  readonly template: ReturnType<typeof renderTaskDefinition>;
  readonly firstRevision: aws.ecs.TaskDefinitionArgs;
}

export function makeTask(name: string, args: TaskArgs, opts: pulumi.CustomResourceOptions): Task {
  const { image, logRouter, openTelemetry, efsVolumes, logRetentionDays } = args;
  const logGroup = new aws.cloudwatch.LogGroup(name, { retentionInDays: logRetentionDays }, opts);
  const execLog = args.executeCommand ? commandLog(name, logRetentionDays, opts) : undefined;
  const metrics = openTelemetry && metricsLog(name, openTelemetry, logRetentionDays, opts);
  const statements = [
    ...(execLog ? executeCommandStatements(execLog) : []),
    ...(logRouter ? logRouterStatements(logRouter, logGroup) : []),
    ...(openTelemetry ? collectorStatements(metrics) : []),
    ...efsStatements(efsVolumes, logGroup.arn),
  ];
  const role = serviceRole(`${name}-task`, tasksOf(logGroup), statements, opts);
  const region = aws.getRegionOutput({}, opts).region;
  const config = openTelemetry
    ? collectorConfig(openTelemetry, { service: name, region, metricsLogGroup: metrics })
    : "";
  const sidecars = allSidecars(args, config);
  const execution = executionRole(
    `${name}-execution`,
    {
      images: [image, ...sidecars.map((sidecar) => sidecar.image)],
      repositoryArn: args.repositoryArn,
      logGroup,
      secrets: [args.secrets, ...sidecars.map(({ secrets = {} }) => secrets), logRouter?.secretOptions ?? {}],
      secretKeyArns: args.secretKeyArns,
    },
    opts,
  );
  const definition = {
    ...args,
    family: name,
    containerName: name,
    executionRoleArn: execution.role.arn,
    taskRoleArn: role.arn,
    logGroupName: logGroup.name,
    region,
    collectorConfig: config,
  };
  return {
    role,
    executionRole: execution.role,
    policies: [execution.policy, ...attachPolicies(`${name}-task`, role, args.taskPolicyArns, opts)],
    calls: [
      { role: execution.role, statements: execution.statements },
      { role, statements },
    ],
    commandLog: execLog,
    template: renderTaskDefinition(definition, imagePlaceholder),
    firstRevision: firstRevision(definition, image),
  };
}

/**
 * The tasks of the account and region that the log group is in, as those who assume a role; AWS does not tell of which
 * cluster they are. Source: ECS developer guide, task-iam-roles.
 */
function tasksOf(logGroup: aws.cloudwatch.LogGroup): Assumer {
  return { service: "ecs-tasks.amazonaws.com", sourceArn: siblingArn(logGroup.arn, "ecs", "*") };
}
