import { z } from "zod";

/** What is kept, and for how long. */
export const upkeep = {
  logRetentionDays: z.number().int().default(30),
  deletionProtection: z.boolean().default(false),
};
