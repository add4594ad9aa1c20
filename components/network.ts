import * as awsx from "@pulumi/awsx";
import * as pulumi from "@pulumi/pulumi";
import { withDefaults } from "./defaults";
import { type Problem, refuse } from "./problems";

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
}

export const networkDefaults = { natGateways: "single", availabilityZones: 2 } as const;

const strategies = {
  single: awsx.ec2.NatGatewayStrategy.Single,
  perZone: awsx.ec2.NatGatewayStrategy.OnePerAz,
  none: awsx.ec2.NatGatewayStrategy.None,
};

/**
 * An eighth of the VPC's /16 is each zone's: room for 4096 private and 2048 public addresses, and for two zones more than
 * AWS's largest region has. Left to awsx, the share would depend on the number of zones, and one zone more would move all.
 */
const zoneCidrMask = 19;

const mostZones = 6;

/**
 * A load balancer stands in two availability zones at least. Source: Elastic Load Balancing API, CreateLoadBalancer.
 *
 * @param at what comes before the field's name where it is written
 * @param internal whether the load balancer is in the private subnets
 */
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
 * @throws InvalidInput for fewer or more zones than a load balancer and the VPC take, before anything is registered.
 */
export function createNetwork(name: string, args: NetworkArgs = {}, opts?: pulumi.ComponentResourceOptions): Network {
  const { natGateways, availabilityZones } = withDefaults<Required<NetworkArgs>, NetworkArgs>(networkDefaults, args);
  refuse(`createNetwork "${name}"`, zoneProblems(availabilityZones));
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
  const routeTableIds = routeTables.apply((tables) => pulumi.all(tables.map(({ id }) => id)));
  return { vpcId, publicSubnetIds, privateSubnetIds, routeTableIds };
}

function zoneProblems(zones: number): Problem[] {
  if (Number.isInteger(zones) && zones >= 2 && zones <= mostZones) return [];
  return [
    {
      path: "availabilityZones",
      message: `is ${zones}; a load balancer needs two, and there are at most ${mostZones}.`,
    },
  ];
}
