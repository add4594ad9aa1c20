import { z } from "zod";

/** Kinds of values that several settings take. */
export const minutes = z.number().int().min(0);
export const port = z.number().int().min(1).max(65535);
export const cidr = z
  .union([z.cidrv4(), z.cidrv6()], { error: "is not a CIDR block; expected one like 203.0.113.0/24" })
  // Pulumi's provider takes no other. Of IPv6 it says so itself.
  .refine((block) => block === networkOf(block), {
    error: ({ input }) => `is an address within a block; expected the block's own, ${networkOf(String(input))}, or /32`,
  });
export const urlPath = z.string().startsWith("/", { error: "must begin with /" });
export const names = z.array(z.string().min(1));

/** An IPv4 block without the bits beyond its prefix. */
function networkOf(block: string): string {
  if (block.includes(":")) return block;
  const [address = "", prefix] = block.split("/");
  const bits = address.split(".").reduce((value, octet) => value * 256 + Number(octet), 0);
  const base = bits - (bits % 2 ** (32 - Number(prefix)));
  return `${[24, 16, 8, 0].map((shift) => Math.floor(base / 2 ** shift) % 256).join(".")}/${prefix}`;
}
