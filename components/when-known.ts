import * as pulumi from "@pulumi/pulumi";
import { type Problem, refuse } from "./problems";

/**
 * An argument that may be the output of another resource. What is plain is judged before anything is registered; this
 * judges the rest, as soon as it is known and before it reaches a resource.
 *
 * @throws InvalidInput within the output
 */
export function whenKnown<T>(
  subject: string,
  value: pulumi.Input<T>,
  problems: (known: pulumi.Unwrap<T>) => Problem[],
): pulumi.Output<pulumi.Unwrap<T>> {
  return pulumi.output(value).apply((known) => {
    refuse(subject, problems(known));
    return known;
  });
}
