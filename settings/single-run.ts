import * as pulumi from "@pulumi/pulumi";

/**
 * The exports of a program that registers its resources while it is loaded. Node loads a module once a process, so a second
 * `up` of the same process would get these exports without any resource, and Pulumi would delete the stack.
 *
 * @returns exports that throw an Error when the program of another run reads them
 */
export function forThisRunAlone<T extends object>(exports: T): T {
  const run = pulumi.runtime.getStackResource();
  return new Proxy(exports, {
    get(target, name) {
      const reader = pulumi.runtime.getStackResource();
      if (reader !== undefined && reader !== run)
        throw new Error(
          "index.ts has already run in this process, and registers nothing when it is imported again. Run each preview, " +
            "up or destroy in a process of its own, or delete index.ts from require.cache and require it again.",
        );
      return Reflect.get(target, name) as unknown;
    },
  });
}
