import { http, textMistake } from "../../aws-rules";
import type { HttpCheck } from "../../hooks/green-test/checks";
import type { Problem } from "../problems";
import type { LoadBalancerOptions } from "./load-balancer-options";

/** Whether a load balancer made here drops header fields that are not valid; of an existing one only its owner knows. */
export function dropsInvalidHeaderFields(options: LoadBalancerOptions = {}, shared?: object): boolean {
  return options.arn === undefined && shared === undefined && (options.dropInvalidHeaderFields ?? true);
}

/** Headers of checks that would not reach the app. */
export function droppedHeaderProblems(checks: readonly HttpCheck[], drops: boolean): Problem[] {
  if (!drops) return [];
  return checks.flatMap(({ headers = {} }, index) =>
    Object.keys(headers)
      // What is no header at all is a mistake of the check itself.
      .filter((name) => textMistake(http.headerName, name) === undefined)
      .filter((name) => textMistake(http.validHeaderName, name) !== undefined)
      .map((name) => {
        const way = "Rename it with hyphens, or set loadBalancer.dropInvalidHeaderFields to false";
        const message = `is dropped by the load balancer, which passes on names of ${http.validHeaderName.expected}. ${way}.`;
        return { path: `checks[${index}].headers.${name}`, message };
      }),
  );
}
