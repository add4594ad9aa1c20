import * as awsx from "@pulumi/awsx";
import * as pulumi from "@pulumi/pulumi";
import { withDefaults } from "./defaults";

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

/** Makes a VPC with a public and a private subnet in each of its availability zones. */
export function createNetwork(name: string, args: NetworkArgs = {}, opts?: pulumi.ComponentResourceOptions): Network {
  const { natGateways, availabilityZones } = withDefaults<Required<NetworkArgs>, NetworkArgs>(networkDefaults, args);
  const { vpcId, publicSubnetIds, privateSubnetIds, routeTables } = new awsx.ec2.Vpc(
    name,
    {
      numberOfAvailabilityZones: availabilityZones,
      natGateways: { strategy: strategies[natGateways] },
      subnetStrategy: awsx.ec2.SubnetAllocationStrategy.Auto,
      enableDnsHostnames: true,
    },
    opts,
  );
  const routeTableIds = routeTables.apply((tables) => pulumi.all(tables.map(({ id }) => id)));
  return { vpcId, publicSubnetIds, privateSubnetIds, routeTableIds };
}
