import { isIP } from "node:net";
import type { Problem } from "../problems";

/** What is wrong with the blocks of addresses that a listener is opened to. */
export function cidrProblems(path: string, cidrs: readonly string[]): Problem[] {
  return cidrs.flatMap((cidr, index) => {
    const message = mistake(cidr);
    return message === undefined ? [] : [{ path: `${path}[${index}]`, message }];
  });
}

function mistake(cidr: string): string | undefined {
  const [, address = "", bits = ""] = /^([^/]+)\/(\d{1,3})$/.exec(cidr) ?? [];
  const family = isIP(address);
  if (family === 0 || Number(bits) > (family === 4 ? 32 : 128)) {
    return "is not a CIDR block; expected one like 203.0.113.0/24.";
  }
  // The provider refuses an address in the place of its network's. IPv6 has many ways to write one; they are left to it.
  const network = family === 4 ? networkOf(address, Number(bits)) : address;
  if (network === address) return undefined;
  return `is an address within a block; expected the block's own, ${network}/${bits}, or the address alone, ${address}/32.`;
}

function networkOf(address: string, bits: number): string {
  const number = address.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);
  const first = number - (number % 2 ** (32 - bits));
  return [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256).join(".");
}
