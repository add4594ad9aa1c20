import * as awsx from "@pulumi/awsx";
import type * as pulumi from "@pulumi/pulumi";

/** Where a service lives: the load balancer in the public subnets, tasks and test hook in the private ones. */
export interface Network {
  readonly vpcId: pulumi.Input<string>;
  /** At least two, in different availability zones. */
  readonly publicSubnetIds: pulumi.Input<pulumi.Input<string>[]>;
  /** With a route to AWS's APIs (NAT or VPC endpoints): tasks pull their image and the hook reports its verdict there. */
  readonly privateSubnetIds: pulumi.Input<pulumi.Input<string>[]>;
}

/** Makes a VPC with public and private subnets in two availability zones, and one NAT gateway for both. */
export function createNetwork(name: string, opts?: pulumi.ComponentResourceOptions): Network {
  return new awsx.ec2.Vpc(
    name,
    {
      numberOfAvailabilityZones: 2,
      natGateways: { strategy: awsx.ec2.NatGatewayStrategy.Single },
      subnetStrategy: awsx.ec2.SubnetAllocationStrategy.Auto,
      enableDnsHostnames: true,
    },
    opts,
  );
}
