/** Where a task is in its network on AWS, and who it is there. */
export interface TaskAddress {
  /** Its private address in the VPC: `10.0.1.23`. */
  readonly ip: string;
  /** The container's port. */
  readonly port: number;
}

/** The first four addresses of a subnet and its last one are AWS's own. */
const firstHost = 4;
const hostsInSubnet = 250;
const zones = 2;
let given = 0;

/** The next private address, in turn in each zone's subnet; no two tasks of a rehearsal have the same. */
export function nextPrivateIp(): string {
  const number = given++;
  const host = Math.floor(number / zones);
  const subnet = (number % zones) + zones * (Math.floor(host / hostsInSubnet) % 100);
  return `10.0.${subnet + 1}.${firstHost + (host % hostsInSubnet)}`;
}

/** A task's host name. Source: Amazon VPC user guide, "DNS attributes for your VPC"; Fargate sets HOSTNAME to it. */
export function hostNameOf({ ip }: Pick<TaskAddress, "ip">, region: string): string {
  const domain = region === "us-east-1" ? "ec2.internal" : `${region}.compute.internal`;
  return `ip-${ip.replaceAll(".", "-")}.${domain}`;
}

/**
 * The address of this machine that stands for a private one. All of 127/8 is loopback on Linux, so an app that listens on
 * 127.0.0.1 alone is not reached there, as on AWS. Other systems have 127.0.0.1 only.
 */
export function localAddressOf({ ip }: Pick<TaskAddress, "ip">): string {
  return process.platform === "linux" ? ip.replace(/^\d+/, "127") : "127.0.0.1";
}
