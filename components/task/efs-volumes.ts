import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Statement } from "../policy";
import { ecs, names as nameRules } from "../../aws-rules";
import type { Problem } from "../problems";
import { textProblems } from "../rule-problems";
import { siblingArn } from "../sibling-arn";
import { isDirectory, type Tmpfs } from "./container-options";

/**
 * A file system of Amazon EFS that is there already, mounted into the app's container through an access point: encrypted
 * on the way, by leave of the task's role alone. Source: ECS developer guide, efs-volumes and specify-efs-config.
 */
export interface EfsVolume {
  /** Letters, digits, hyphens and underscores. */
  readonly name: string;
  /** `fs-…` */
  readonly fileSystemId: pulumi.Input<string>;
  /** `fsap-…`; it fixes the folder that is mounted, and the user who owns what is written. */
  readonly accessPointId: pulumi.Input<string>;
  /** Where it is in the container: `/data`. */
  readonly containerPath: string;
  /** @default false */
  readonly readOnly?: boolean;
  /**
   * The security group of the file system's mount targets, `sg-…`, which is opened to the tasks for NFS. @default none is;
   * then something else must admit them
   */
  readonly securityGroupId?: pulumi.Input<string>;
}

const nfs = 2049;

/** @param tmpfs of the container that mounts them, too */
export function efsProblems(volumes: readonly EfsVolume[], tmpfs: readonly Tmpfs[] = []): Problem[] {
  const names = volumes.map(({ name }) => name);
  const paths = volumes.map(({ containerPath }) => containerPath);
  return volumes.flatMap((volume, index) => {
    const { name, containerPath } = volume;
    const at = `efsVolumes[${index}]`;
    const problems = textProblems(at, volume, {
      name: ecs.taskName,
      fileSystemId: ecs.fileSystemId,
      accessPointId: ecs.accessPointId,
      securityGroupId: nameRules.securityGroupId,
    });
    const wrong = (field: string, message: string) => problems.push({ path: `${at}.${field}`, message });
    if (names.indexOf(name) !== index) wrong("name", `"${name}" is listed twice.`);
    if (!isDirectory(containerPath))
      wrong(
        "containerPath",
        `"${containerPath}" is not a folder's path; expected one like /data, without commas, colons and quotes.`,
      );
    else if (paths.indexOf(containerPath) !== index) wrong("containerPath", `${containerPath} is listed twice.`);
    else if (tmpfs.some((one) => one.containerPath === containerPath))
      wrong("containerPath", `${containerPath} is in container.tmpfs, too; a directory is one of the two.`);
    return problems;
  });
}

/** The task definition's volumes. */
export function renderVolumes(volumes: readonly EfsVolume[]) {
  return volumes.map(({ name, fileSystemId, accessPointId }) => ({
    name,
    efsVolumeConfiguration: {
      fileSystemId,
      transitEncryption: "ENABLED",
      authorizationConfig: { accessPointId, iam: "ENABLED" },
    },
  }));
}

/** Where the app's container has them. */
export function renderMountPoints(volumes: readonly EfsVolume[]) {
  return volumes.map(({ name, containerPath, readOnly = false }) => ({ sourceVolume: name, containerPath, readOnly }));
}

/**
 * What the task's role may do, each through its access point only. Source: EFS user guide, iam-access-control-nfs-efs.
 *
 * @param sibling the ARN of something in the account and region of the file systems
 */
export function efsStatements(volumes: readonly EfsVolume[], sibling: pulumi.Input<string>): Statement[] {
  return volumes.map(({ fileSystemId, accessPointId, readOnly = false }) => ({
    actions: ["elasticfilesystem:ClientMount", ...(readOnly ? [] : ["elasticfilesystem:ClientWrite"])],
    resources: [efsArn(sibling, pulumi.interpolate`file-system/${fileSystemId}`)],
    conditions: {
      StringEquals: {
        "elasticfilesystem:AccessPointArn": efsArn(sibling, pulumi.interpolate`access-point/${accessPointId}`),
      },
    },
  }));
}

/** Opens the mount targets to the tasks. */
export function admitToVolumes(
  name: string,
  volumes: readonly EfsVolume[],
  tasks: aws.ec2.SecurityGroup,
  opts: pulumi.CustomResourceOptions,
): void {
  // A group that is known later is named by the first volume that has it.
  const groups = new Map<pulumi.Input<string>, string>();
  for (const { name: volume, securityGroupId } of volumes) {
    if (securityGroupId === undefined || groups.has(securityGroupId)) continue;
    groups.set(securityGroupId, typeof securityGroupId === "string" ? securityGroupId : volume);
  }
  for (const [securityGroupId, label] of groups) {
    new aws.vpc.SecurityGroupIngressRule(
      `${name}-${label}`,
      {
        securityGroupId,
        referencedSecurityGroupId: tasks.id,
        description: `${name}: tasks`,
        ipProtocol: "tcp",
        fromPort: nfs,
        toPort: nfs,
      },
      opts,
    );
  }
}

function efsArn(sibling: pulumi.Input<string>, resource: pulumi.Input<string>): pulumi.Output<string> {
  return siblingArn(sibling, "elasticfilesystem", resource);
}
