import { z } from "zod";

/** Kinds of values that several settings take. */
export const minutes = z.number().int().min(0);
export const port = z.number().int().min(1).max(65535);
export const cidr = z.union([z.cidrv4(), z.cidrv6()], {
  error: "is not a CIDR block; expected one like 203.0.113.0/24",
});
export const urlPath = z.string().startsWith("/", { error: "must begin with /" });
export const names = z.array(z.string().min(1));
