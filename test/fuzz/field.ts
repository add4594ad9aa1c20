/** Which component judges the field, where no settings are. */
export type Judge = "service" | "hook" | "pipeline" | "notifications" | "network" | "none";

/** A field that a rule of AWS's is for: the settings that hold a value there, and where it is then reported. */
export interface Field<V> {
  readonly settings: (value: V) => Readonly<Record<string, unknown>>;
  readonly path: string;
  readonly judge: Judge;
  /** Where the component reports it. @default `path` */
  readonly argument?: string;
  /** The value is how many entries a list has. @default false */
  readonly counts?: boolean;
  /** A value outside the rule that means none. @default every such value is refused */
  readonly none?: V;
  /** The greatest value that nothing else forbids. @default the rule's */
  readonly most?: number;
}

export const listener =
  "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/web/50dc6c495c0c9188/0467ef3c8400ae65";
export const shared = (more: object) => ({
  sharedLoadBalancer: { productionListenerArn: listener, hosts: ["shop.example.com"], priority: 7, ...more },
});
export const released = (more: object) => ({
  githubRepository: undefined,
  promoteFrom: {
    repositoryUri: "123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop",
    bucket: "shop-released-0123456",
    keyArn: "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555",
    ...more,
  },
});
export const sidecar = (more: object) => ({ sidecars: [{ name: "proxy", image: "nginx:1", ...more }] });
export const volume = (more: object) => ({
  efsVolumes: [{ name: "files", fileSystemId: "fs-0123", accessPointId: "fsap-0123", containerPath: "/data", ...more }],
});
export const autoscaling = (more: object) => ({ autoscaling: { minimum: 1, maximum: 4, cpuPercent: 60, ...more } });
export const check = (more: object) => ({ checks: [{ path: "/", ...more }] });
export const containerCheck = (more: object) => ({ container: { healthCheck: { command: ["CMD", "true"], ...more } } });
export const many = (count: number, one: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => one(index));
export const service = <V>(path: string, settings: Field<V>["settings"]): Field<V> => ({
  settings,
  path,
  judge: "service",
});
export const hook = <V>(path: string, settings: Field<V>["settings"]): Field<V> => ({ settings, path, judge: "hook" });
export const pipeline = <V>(path: string, settings: Field<V>["settings"]): Field<V> => ({
  settings,
  path,
  judge: "pipeline",
});
