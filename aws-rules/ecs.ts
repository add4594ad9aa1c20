import { between, from, type TextRule } from "./rule";

const parameters = "ECS developer guide, task definition parameters for Fargate";
const quotas = "ECS developer guide, service-quotas";

/** Fargate's CPU units, and the memory in MiB that each takes. Source: ECS developer guide, task definition parameters, "Task size". */
export const memoryOfCpu: ReadonlyMap<number, readonly number[]> = new Map([
  [256, [512, 1024, 2048]],
  [512, steps(1024, 4096, 1024)],
  [1024, steps(2048, 8192, 1024)],
  [2048, steps(4096, 16384, 1024)],
  [4096, steps(8192, 30720, 1024)],
  [8192, steps(16384, 61440, 4096)],
  [16384, steps(32768, 122880, 8192)],
]);

/** Tasks of a service that is not asleep. */
export const taskCount = between(1, 5000, quotas);
/** Of an action on a schedule, which may put a service to sleep. */
export const scheduledTaskCount = between(0, taskCount.most, quotas);
export const containersOfTask = between(1, 10, quotas);
export const taskDefinitionBytes = between(1, 64 * 1024, `${quotas}, "Task definition size"`);
export const tagsOfResource = between(0, 50, `${quotas}; ECS API, TagResource`);

export const healthCheckGracePeriodSeconds = between(0, 2_147_483_647, "ECS API, CreateService");
export const capacityWeight = between(0, 1000, "ECS API, CapacityProviderStrategyItem");
export const capacityBase = between(0, 100_000, "ECS API, CapacityProviderStrategyItem");
export const ephemeralStorageGiB = between(21, 200, "ECS API, EphemeralStorage");

export const containerCpu = from(1, parameters);
export const containerMemoryMiB = from(6, parameters);
export const openFiles = between(1, 1_048_576, parameters);
export const stopTimeoutSeconds = between(1, 120, parameters);
export const tmpfsMiB = from(1, "ECS API, Tmpfs");

const healthCheck = `${parameters}, "Health check"`;
export const containerCheckIntervalSeconds = between(5, 300, healthCheck);
export const containerCheckTimeoutSeconds = between(2, 60, healthCheck);
export const containerCheckRetries = between(1, 10, healthCheck);
export const containerCheckStartPeriodSeconds = between(0, 300, healthCheck);

/** Names of families, containers and volumes. */
export const taskName: TextRule = {
  source: "ECS API, RegisterTaskDefinition, ContainerDefinition and Volume",
  expected: "up to 255 letters, digits, hyphens and underscores",
  pattern: /^[A-Za-z0-9_-]+$/,
  least: 1,
  most: 255,
};

export const image: TextRule = {
  source: "ECS API, ContainerDefinition, image",
  expected: "an image without spaces, like 123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop:1",
  pattern: /^[A-Za-z0-9][A-Za-z0-9_:./@#-]*$/,
  least: 1,
  most: 255,
};

/** Docker splits NAME=value at the first =. */
export const environmentName: TextRule = {
  source: "ECS API, KeyValuePair; Docker Engine API, Env",
  expected: "a variable's name without spaces and =",
  pattern: /^[!-<>-~]+$/,
  least: 1,
  most: 1024,
};

/** Docker's `--mount` and `--tmpfs` read commas, colons and quotes as their own syntax. */
export const containerPath: TextRule = {
  source: "ECS API, MountPoint and Tmpfs; Docker CLI reference, docker run, --mount and --tmpfs",
  expected: "an absolute path without commas, colons, quotes and control characters",
  pattern: /^\/[^,:"\p{Cc}]*$/u,
  least: 1,
  most: 4096,
};

/** One option of a file system in memory; some take a value, like `mode=1777`. */
export const tmpfsOption: TextRule = {
  source: "ECS API, Tmpfs, mountOptions",
  expected: "one mount option that ECS lists, like noexec or mode=1777",
  pattern:
    /^(defaults|r[ow]|(no)?(suid|dev|exec|mand|atime|diratime|relatime|strictatime)|a?sync|dirsync|remount|r?bind|r?unbindable|r?(private|shared|slave)|(mode|uid|gid|nr_inodes|nr_blocks|mpol)(=[A-Za-z0-9_-]+)?)$/,
  least: 1,
  most: 255,
};

/** `user`, `uid`, `uid:gid` and the like. */
export const containerUser: TextRule = {
  source: "ECS API, ContainerDefinition, user",
  expected: "a user like node, 1000 or 1000:1000",
  pattern: /^[A-Za-z0-9_.-]+(?::[A-Za-z0-9_.-]+)?$/,
  least: 1,
  most: 255,
};

export const fileSystemId = id("fs", "EFS API, FileSystemDescription");
export const accessPointId = id("fsap", "EFS API, AccessPointDescription");

function id(prefix: string, source: string): TextRule {
  const pattern = new RegExp(`^${prefix}-[0-9a-f]+$`);
  return { source, expected: `an id like ${prefix}-0123456789abcdef0`, pattern, least: prefix.length + 2, most: 128 };
}

export const capabilities = new Set(
  // Source: ECS API, KernelCapabilities.
  (
    "ALL AUDIT_CONTROL AUDIT_WRITE BLOCK_SUSPEND CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID IPC_LOCK IPC_OWNER KILL " +
    "LEASE LINUX_IMMUTABLE MAC_ADMIN MAC_OVERRIDE MKNOD NET_ADMIN NET_BIND_SERVICE NET_BROADCAST NET_RAW SETFCAP SETGID " +
    "SETPCAP SETUID SYS_ADMIN SYS_BOOT SYS_CHROOT SYS_MODULE SYS_NICE SYS_PACCT SYS_PTRACE SYS_RAWIO SYS_RESOURCE " +
    "SYS_TIME SYS_TTY_CONFIG SYSLOG WAKE_ALARM"
  ).split(" "),
);

/** What ECS's own deployments wait for, in minutes. Source: ECS API, DeploymentConfiguration, CanaryConfiguration and LinearConfiguration. */
export const bakeMinutes = between(0, 1440, "ECS API, DeploymentConfiguration");
export const shiftStepMinutes = between(1, 1440, "ECS API, CanaryConfiguration and LinearConfiguration");
export const linearPercent = between(3, 99, "ECS API, LinearConfiguration");

function steps(first: number, last: number, step: number): number[] {
  return Array.from({ length: (last - first) / step + 1 }, (_, index) => first + index * step);
}
