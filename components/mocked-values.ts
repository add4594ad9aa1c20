import * as pulumi from "@pulumi/pulumi";

/** Monitors of tests that have been warned. */
const warned = new WeakSet<object>();

/**
 * A value that providers always return, such as an ARN. Mocks in a unit test often return a resource's inputs only; then
 * one warning names the cure, and a substitute lets the program go on.
 */
export function orMocked<T>(value: T | undefined, what: string, substitute: T): T {
  if (value !== undefined) return value;
  const monitor = pulumi.runtime.getMonitor() as object | undefined;
  if (!monitor || !("mocks" in monitor)) throw new Error(`The provider returned no ${what}.`);
  if (!warned.has(monitor)) {
    warned.add(monitor);
    void pulumi.log.warn(
      `The mocks of this test return no ${what}, so the components go on with placeholders. ` +
        "Use evaluate() of Greenlight's folder testing, whose mocks return what AWS does, or return ARNs, names, regions " +
        "and lists from your own mocks (docs/unit-tests.md).",
    );
  }
  return substitute;
}
