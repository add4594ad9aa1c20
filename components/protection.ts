import type * as pulumi from "@pulumi/pulumi";

/**
 * The option that keeps a resource from being deleted. Without deletion protection there is none, so that the resource
 * follows its component: an explicit `protect: false` would take away what `protect: true` on the component gives.
 */
export function protection({
  deletionProtection,
}: {
  readonly deletionProtection: boolean;
}): Pick<pulumi.CustomResourceOptions, "protect"> {
  return deletionProtection ? { protect: true } : {};
}
