import { z } from "zod";
import { networkDefaults } from "../../components/network";

/** An existing network, or what the one is like that is made without. */
export const network = {
  natGateways: z.enum(["single", "perZone", "none"]).default(networkDefaults.natGateways),
  availabilityZones: z.number().int().min(2).max(6).default(networkDefaults.availabilityZones),
  vpcId: z.string().startsWith("vpc-").optional(),
  publicSubnetIds: z.array(z.string().startsWith("subnet-")).min(2).optional(),
  privateSubnetIds: z.array(z.string().startsWith("subnet-")).min(1).optional(),
};
