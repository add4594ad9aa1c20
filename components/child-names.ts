import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "./problems";

/** A child whose name a component with another name might give to a child of its own. */
export interface ChildName {
  /** In words: `log group`. */
  readonly kind: string;
  readonly name: string;
}

/** Who has made which child, for each program or parent. */
const owners = new WeakMap<object, Map<string, string>>();

/**
 * Names each child that a component of the same type has already made under another name: `shop` and `shop-metrics` might both
 * have a log group `shop-metrics`, which Pulumi would refuse as a duplicate URN half way through.
 *
 * @param type the component's, in words
 */
export function childNameProblems(
  type: string,
  owner: string,
  children: readonly ChildName[],
  opts?: pulumi.ComponentResourceOptions,
): Problem[] {
  const scope: object | undefined = opts?.parent ?? pulumi.runtime.getMonitor();
  if (scope === undefined) return [];
  const taken = owners.get(scope) ?? new Map<string, string>();
  owners.set(scope, taken);
  return children.flatMap(({ kind, name }) => {
    const key = `${type} ${kind} ${name}`;
    const other = taken.get(key) ?? owner;
    taken.set(key, other);
    if (other === owner) return [];
    const both = `the ${kind} "${name}" would belong to ${type} "${other}" and to ${type} "${owner}"`;
    return [{ path: "name", message: `${both}. Rename the one that is not live yet.` }];
  });
}
