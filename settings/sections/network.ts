import { z } from "zod";
import { networkDefaults } from "../../components/network";
import { whole } from "../values";

const subnets = z
  .array(z.string())
  .refine((ids) => new Set(ids).size === ids.length, { error: "names a subnet twice; name each once" });

/** An existing network, or what the one is like that is made without. */
export const network = {
  natGateways: z.enum(["single", "perZone", "none"]).default(networkDefaults.natGateways),
  availabilityZones: whole.default(networkDefaults.availabilityZones),
  zoneCidrMask: whole.default(networkDefaults.zoneCidrMask),
  vpcId: z.string().optional(),
  publicSubnetIds: subnets.min(2).optional(),
  privateSubnetIds: subnets.min(1).optional(),
};
