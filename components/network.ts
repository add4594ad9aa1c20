import * as awsx from "@pulumi/awsx";
import * as pulumi from "@pulumi/pulumi";
import { names } from "../aws-rules";
import { withDefaults } from "./defaults";
import { orMocked } from "./mocked-values";
import { type Problem, refuse } from "./problems";
import { listProblems, rangeProblems, textProblem } from "./rule-problems";

/** Where a service lives: the load balancer in the public subnets, tasks and test hook in the private ones. */
export interface Network {
  readonly vpcId: pulumi.Input<string>;
  /** At least two, in different availability zones. */
  readonly publicSubnetIds: pulumi.Input<pulumi.Input<string>[]>;
  /** With a route to AWS's APIs (NAT or VPC endpoints): tasks pull their image and the hook reports its verdict there. */
  readonly privateSubnetIds: pulumi.Input<pulumi.Input<string>[]>;
  /** Of the private subnets; only a network without NAT needs them here, for its gateway endpoint. @default none */
  readonly routeTableIds?: pulumi.Input<pulumi.Input<string>[]>;
}

/** How tasks reach the world: by one NAT gateway for all zones, by one in each, or not at all (then by VPC endpoints). */
export type NatGateways = "single" | "perZone" | "none";

export interface NetworkArgs {
  /** @default "single" */
  readonly natGateways?: NatGateways;
  /** Each with a public and a private subnet; 2 to 6. @default 2 */
  readonly availabilityZones?: number;
  /**
   * Length of the prefix that a zone's addresses share, 17 to 25, in the VPC's /16: half of them are the private subnet's, a quarter
   * the public one's. A change moves every subnet. @default 19
   */
  readonly zoneCidrMask?: number;
}

/**
 * At /19 a zone has 4096 private and 2048 public addresses, and there is room for two zones more than AWS's largest region has.
 * Left to awsx, the length would depend on the number of zones, and one zone more would move all.
 */
export const networkDefaults = { natGateways: "single", availabilityZones: 2, zoneCidrMask: 19 } as const;

const strategies = {
  single: awsx.ec2.NatGatewayStrategy.Single,
  perZone: awsx.ec2.NatGatewayStrategy.OnePerAz,
  none: awsx.ec2.NatGatewayStrategy.None,
};

const vpcCidrMask = 16;

/**
 * A load balancer stands in two availability zones at least. Source: Elastic Load Balancing API, CreateLoadBalancer.
 *
 * @param at what comes before the field's name where it is written
 * @param internal whether the load balancer is in the private subnets
 */
export function idProblems(at: string, { vpcId, publicSubnetIds, privateSubnetIds }: Partial<Network>): Problem[] {
  const list = (ids: unknown): unknown[] => (Array.isArray(ids) ? ids : []);
  return [
    ...textProblem(`${at}vpcId`, vpcId, names.vpcId),
    ...listProblems(`${at}publicSubnetIds`, list(publicSubnetIds), names.subnetId),
    ...listProblems(`${at}privateSubnetIds`, list(privateSubnetIds), names.subnetId),
  ];
}

export function subnetProblems(at: string, network: Partial<Network>, internal = false): Problem[] {
  const field = internal ? "privateSubnetIds" : "publicSubnetIds";
  const ids = network[field];
  if (!Array.isArray(ids) || new Set(ids).size >= 2) return [];
  const message = `has ${new Set(ids).size}; the load balancer stands there, and needs two or more, in different availability zones.`;
  return [{ path: `${at}${field}`, message }];
}

/**
 * Makes a VPC with a public and a private subnet in each of its availability zones.
 *
 * @throws InvalidInput for zones that a load balancer or the VPC does not take, before anything is registered.
 */
export function createNetwork(name: string, args: NetworkArgs = {}, opts?: pulumi.ComponentResourceOptions): Network {
  const settled = withDefaults<Required<NetworkArgs>, NetworkArgs>(networkDefaults, args);
  const { natGateways, availabilityZones, zoneCidrMask } = settled;
  refuse(`createNetwork "${name}"`, zoneProblems(settled));
  const { vpcId, publicSubnetIds, privateSubnetIds, routeTables } = new awsx.ec2.Vpc(
    name,
    {
      numberOfAvailabilityZones: availabilityZones,
      availabilityZoneCidrMask: zoneCidrMask,
      natGateways: { strategy: strategies[natGateways] },
      subnetStrategy: awsx.ec2.SubnetAllocationStrategy.Auto,
      enableDnsHostnames: true,
    },
    opts,
  );
  const routeTableIds = routeTables.apply((tables) =>
    pulumi.all(orMocked(tables, "route tables", []).map(({ id }) => id)),
  );
  return { vpcId, publicSubnetIds, privateSubnetIds, routeTableIds };
}

/** What is wrong with a new network's zones; also asked by the reader of the settings. */
export function zoneProblems(args: NetworkArgs): Problem[] {
  const { availabilityZones, zoneCidrMask } = withDefaults<Required<NetworkArgs>, NetworkArgs>(networkDefaults, args);
  const zones = { availabilityZones, zoneCidrMask };
  const problems = rangeProblems("", zones, {
    availabilityZones: names.availabilityZones,
    zoneCidrMask: names.zoneCidrMask,
  });
  const room = 2 ** (zoneCidrMask - vpcCidrMask);
  if (problems.length > 0 || availabilityZones <= room) return problems;
  const least = vpcCidrMask + Math.ceil(Math.log2(availabilityZones));
  const message = `is ${zoneCidrMask}, which leaves room for ${room} zones, and availabilityZones is ${availabilityZones}; expected ${least} or more.`;
  return [{ path: "zoneCidrMask", message }];
}
