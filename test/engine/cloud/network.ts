import type { Values } from "./values";

interface Child {
  readonly type: string;
  readonly name: string;
  readonly inputs: Values;
}

/** The parts of awsx's Vpc that other resources live in, and that AWS keeps while they do. */
export function vpcChild(name: string): Child {
  return { type: "aws:ec2/vpc:Vpc", name, inputs: { cidrBlock: "10.0.0.0/16", enableDnsHostnames: true } };
}

/** A public subnet in each zone, then a private one in each. */
export function subnetChildren(name: string, vpcId: string, zones: number): Child[] {
  const kinds = ["public", "private"].flatMap((kind) =>
    Array.from({ length: zones }, (_, zone) => `${kind}-${zone + 1}`),
  );
  return kinds.map((kind, index) => ({
    type: "aws:ec2/subnet:Subnet",
    name: `${name}-${kind}`,
    inputs: { vpcId, cidrBlock: `10.0.${index * 16}.0/20` },
  }));
}

/** Ids as AWS gives them. */
export function networkId(type: string, serial: number): string | undefined {
  const digits = serial.toString(16).padStart(17, "0");
  if (type === "aws:ec2/vpc:Vpc") return `vpc-${digits}`;
  if (type === "aws:ec2/subnet:Subnet") return `subnet-${digits}`;
  return undefined;
}
