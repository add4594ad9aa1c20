import { z } from "zod";
import type { Problem } from "../../components/problems";
import type { Given } from "../schema";

/** An existing network; without it one is made. */
export const network = {
  vpcId: z.string().startsWith("vpc-").optional(),
  publicSubnetIds: z.array(z.string().startsWith("subnet-")).min(2).optional(),
  privateSubnetIds: z.array(z.string().startsWith("subnet-")).min(1).optional(),
};

export function networkProblems({ vpcId, publicSubnetIds, privateSubnetIds }: Given): Problem[] {
  const given = Object.entries({ vpcId, publicSubnetIds, privateSubnetIds });
  const missing = given.filter(([, value]) => value === undefined);
  if (missing.length === 0 || missing.length === given.length) return [];
  const message =
    "is missing; an existing network needs vpcId, publicSubnetIds and privateSubnetIds, a new one none of them.";
  return missing.map(([path]) => ({ path, message }));
}
