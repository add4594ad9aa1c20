import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { BlueGreenEcsService } from "./blue-green-ecs-service";
import type { GreenTestHook } from "./green-test-hook";
import type { Network } from "./network";
import type { Calls, Statement } from "./policy";
import { type Problem, refuse } from "./problems";
import { arnParts } from "./arn";

export interface VpcEndpointsArgs {
  /** Of which `routeTableIds` are known. */
  readonly network: Network;
  /** All in the network: a second set of endpoints beside this one would claim the same names. */
  readonly services: readonly BlueGreenEcsService[];
  /** Of these services. @default none */
  readonly hooks?: readonly GreenTestHook[];
}

/**
 * The endpoints of the services that an action's prefix belongs to. Sources: ECR user guide, vpc-endpoints (both, and
 * S3); VPC user guide, privatelink/aws-services-integrate-with-privatelink.
 */
const endpointsOf: Readonly<Record<string, readonly string[]>> = {
  codedeploy: ["codedeploy"],
  ec2: ["ec2"],
  ecr: ["ecr.api", "ecr.dkr"],
  ecs: ["ecs"],
  elasticloadbalancing: ["elasticloadbalancing"],
  logs: ["logs"],
  secretsmanager: ["secretsmanager"],
  ssm: ["ssm"],
  ssmmessages: ["ssmmessages"],
  xray: ["xray"],
  // Secrets Manager and Systems Manager decrypt on the caller's behalf.
  kms: [],
  // NFS goes to the file system's mount targets, which are in the network.
  elasticfilesystem: [],
};

/** An image that can be pulled without a way to the internet: endpoints lead to ECR in their own region, and to no other registry. */
const privateImage = /^\d{12}\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com/;

/**
 * What cannot be pulled without NAT, by where it is named; images that are not known yet are not judged.
 *
 * @param region the endpoints'; undefined where it is not known
 */
export function unreachableImages(images: Readonly<Record<string, unknown>>, region: string | undefined): Problem[] {
  const reason =
    "cannot be pulled without NAT (natGateways: none), which leads to ECR in the stack's own region and no further";
  return Object.entries(images)
    .filter(([, image]) => {
      if (typeof image !== "string") return false;
      const of = privateImage.exec(image)?.[1];
      return of === undefined || (region !== undefined && of !== region);
    })
    .map(([path, image]) => ({ path, message: `${String(image)} ${reason}; copy it to a repository there.` }));
}

/**
 * A network without NAT: an endpoint for each AWS service that the tasks and the hooks call, by the statements of their
 * roles. Each lets these roles through to do just that, and nobody else.
 *
 * @throws InvalidInput without the network's route tables or any service, before anything is registered.
 */
export class VpcEndpoints extends pulumi.ComponentResource {
  readonly securityGroup: aws.ec2.SecurityGroup;

  constructor(
    name: string,
    { network, services, hooks = [] }: VpcEndpointsArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    const { vpcId, privateSubnetIds, routeTableIds } = network;
    refuse(`VpcEndpoints "${name}"`, callerProblems(network, services));
    super("greenlight:index:VpcEndpoints", name, {}, opts);
    const parent = { parent: this };
    const { region } = aws.getRegionOutput({}, parent);
    const callers = [
      ...services.map(({ taskFamily, securityGroup }) => [`${taskFamily}-tasks`, securityGroup] as const),
      ...hooks.map((hook) => [hook.name, hook.securityGroup] as const),
    ];
    this.securityGroup = endpointSecurityGroup(`${name}-endpoints`, vpcId, callers, parent);
    const calls = [...services.flatMap((service) => service.calls), ...hooks.map((hook) => hook.calls)];
    for (const [endpoint, policy] of policies(calls)) {
      new aws.ec2.VpcEndpoint(
        `${name}-${endpoint.replace(".", "-")}`,
        {
          vpcId,
          vpcEndpointType: "Interface",
          serviceName: pulumi.interpolate`com.amazonaws.${region}.${endpoint}`,
          subnetIds: privateSubnetIds,
          securityGroupIds: [this.securityGroup.id],
          privateDnsEnabled: true,
          policy,
        },
        parent,
      );
    }
    new aws.ec2.VpcEndpoint(
      `${name}-s3`,
      {
        vpcId,
        vpcEndpointType: "Gateway",
        serviceName: pulumi.interpolate`com.amazonaws.${region}.s3`,
        routeTableIds: routeTableIds!,
        policy: layersPolicy(region, services[0]!.taskRole.arn),
      },
      parent,
    );
    this.registerOutputs();
  }
}

function callerProblems({ routeTableIds }: Network, services: readonly BlueGreenEcsService[]): Problem[] {
  const tables = "is missing; the endpoint of S3, where ECR keeps image layers, is a route in each of these tables.";
  return [
    ...(routeTableIds ? [] : [{ path: "network.routeTableIds", message: tables }]),
    ...(services.length > 0
      ? []
      : [{ path: "services", message: "is empty; endpoints are made for what services call." }]),
  ];
}

/** An endpoint's name to its policy: what each role does through it. */
function policies(callers: readonly Calls[]): [string, pulumi.Output<string>][] {
  const statements = new Map<string, object[]>();
  for (const { role, statements: own } of callers) {
    for (const [service, statement] of own.flatMap(byService)) {
      const endpoints = endpointsOf[service];
      if (!endpoints) throw new Error(`components/vpc-endpoints.ts knows no endpoint of ${service}`);
      for (const endpoint of endpoints)
        statements.set(endpoint, [...(statements.get(endpoint) ?? []), endpointStatement(role, statement)]);
    }
  }
  return [...statements].map(([endpoint, all]) => [
    endpoint,
    pulumi.jsonStringify({ Version: "2012-10-17", Statement: all }),
  ]);
}

/** A statement's actions, by the service that they are of. */
function byService(statement: Statement): [string, Statement][] {
  const services = new Set(statement.actions.map((action) => action.split(":")[0]!));
  return [...services].map((service) => {
    const actions = statement.actions.filter((action) => action.startsWith(`${service}:`));
    return [service, { ...statement, actions }];
  });
}

function endpointStatement(role: aws.iam.Role, { actions, resources, conditions = {} }: Statement) {
  const count = pulumi.output(resources).apply((all) => all.length);
  return {
    // A secret that is known later is in one service, and the other's endpoint has nothing to let through.
    Effect: count.apply((it) => (it > 0 ? "Allow" : "Deny")),
    // Not every endpoint takes a role here. Source: VPC user guide, privatelink/vpc-endpoints-access.
    Principal: "*",
    Action: actions,
    Resource: pulumi.output(resources).apply((all) => (all.length > 0 ? all : ["*"])),
    Condition: { ...conditions, ArnEquals: { "aws:PrincipalArn": role.arn } },
  };
}

/** Image layers, which are in a bucket of ECR's own. Source: ECR user guide, vpc-endpoints, "Minimum Amazon S3 Bucket Permissions". */
function layersPolicy(region: pulumi.Output<string>, anyArn: pulumi.Output<string>): pulumi.Output<string> {
  const bucket = pulumi.all([anyArn, region]).apply(([arn, name]) => {
    return `arn:${arnParts(arn).partition}:s3:::prod-${name}-starport-layer-bucket/*`;
  });
  return pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: "*", Action: ["s3:GetObject"], Resource: [bucket] }],
  });
}

function endpointSecurityGroup(
  name: string,
  vpcId: pulumi.Input<string>,
  callers: readonly (readonly [string, aws.ec2.SecurityGroup])[],
  opts: pulumi.CustomResourceOptions,
): aws.ec2.SecurityGroup {
  const group = new aws.ec2.SecurityGroup(name, { vpcId, description: `${name}: the APIs of AWS` }, opts);
  for (const [label, caller] of callers) {
    new aws.vpc.SecurityGroupIngressRule(
      `${name}-${label}`,
      {
        securityGroupId: group.id,
        referencedSecurityGroupId: caller.id,
        description: label,
        ipProtocol: "tcp",
        fromPort: 443,
        toPort: 443,
      },
      opts,
    );
  }
  return group;
}
