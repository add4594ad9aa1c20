import type { Actor, Calls } from "../actor";
import type { Stack } from "../stack";
import { containers, volumes } from "./containers";
import { logStream } from "./things";

/** The app, and what is beside it in its task. */
export const app: Actor = {
  name: "The task",
  does: "the app may do nothing but what the policies of `taskPolicyArns` allow; collector, log router, ECS Exec and file systems share it",
  service: "ecs-tasks.amazonaws.com",
  role: "-task",
  // NFS goes to the file system's mount targets.
  inNetwork: ({ action }) => !action.startsWith("elasticfilesystem:"),
  calls: (stack) => [...collector(stack), ...logRouter(stack), ...executeCommand(stack), ...fileSystems(stack)],
  never: (stack) =>
    fileSystems(stack).map((calls) => ({
      ...calls,
      context: {},
      why: "only through its access point",
    })),
};

function collector(stack: Stack): Calls[] {
  if (!hasLog(stack, "-metrics")) return [];
  const source = "components/task/open-telemetry.ts";
  return [
    { actions: ["xray:PutTraceSegments"], on: ["*"], why: "the collector sends traces", source },
    {
      actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
      on: [logStream(stack, "-metrics")],
      why: "the collector sends metrics",
      source,
    },
  ];
}

function logRouter(stack: Stack): Calls[] {
  const routed = containers(stack).filter(({ logConfiguration: { options } }) => options.Name === "cloudwatch_logs");
  const groups = new Set(routed.map(({ logConfiguration }) => logConfiguration.options.log_group_name));
  return [...groups].map((name) => ({
    actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
    on: [`${stack.local("logs", `log-group:${name}`)}:log-stream:some/0123456789abcdef`],
    why: "the log router writes the log",
    source: "components/task/log-router.ts",
  }));
}

function executeCommand(stack: Stack): Calls[] {
  if (!hasLog(stack, "-exec")) return [];
  const log = stack.arn("aws:cloudwatch/logGroup:LogGroup", "-exec");
  const source = "ECS developer guide, task-iam-roles and ecs-exec";
  return [
    {
      actions: [
        "ssmmessages:CreateControlChannel",
        "ssmmessages:CreateDataChannel",
        "ssmmessages:OpenControlChannel",
        "ssmmessages:OpenDataChannel",
      ],
      on: ["*"],
      why: "ECS Exec's agent opens a session",
      source,
    },
    {
      actions: ["logs:DescribeLogGroups"],
      on: ["*"],
      why: "ECS Exec's agent looks for its log group among all",
      source,
    },
    {
      actions: ["logs:DescribeLogStreams"],
      on: [`${log}:log-stream:`],
      why: "ECS Exec's agent looks for its stream",
      source,
    },
    {
      actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
      on: [logStream(stack, "-exec")],
      why: "ECS Exec's agent writes what was run",
      source,
    },
  ];
}

function fileSystems(stack: Stack): Calls[] {
  const mounts = containers(stack).flatMap(({ mountPoints = [] }) => mountPoints);
  return volumes(stack).flatMap(({ name, efsVolumeConfiguration: efs }) => {
    if (!efs) return [];
    const readOnly = mounts.find(({ sourceVolume }) => sourceVolume === name)?.readOnly ?? false;
    const accessPoint = `access-point/${efs.authorizationConfig.accessPointId}`;
    return [
      {
        actions: ["elasticfilesystem:ClientMount", ...(readOnly ? [] : ["elasticfilesystem:ClientWrite"])],
        on: [stack.local("elasticfilesystem", `file-system/${efs.fileSystemId}`)],
        context: { "elasticfilesystem:AccessPointArn": stack.local("elasticfilesystem", accessPoint) },
        why: "the app's files, through its access point",
        source: "EFS user guide, iam-access-control-nfs-efs",
      },
    ];
  });
}

function hasLog(stack: Stack, suffix: string): boolean {
  return stack.all("aws:cloudwatch/logGroup:LogGroup").some(({ name }) => name.endsWith(suffix));
}
