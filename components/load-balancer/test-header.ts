import type { TestHeader } from "../../hooks/green-test/checks";
import { elb } from "../../aws-rules";
import type { Problem } from "../problems";
import { textProblems } from "../rule-problems";

export type { TestHeader };

/** What is wrong with the header, and with what it replaces. */
export function testHeaderProblems(header: TestHeader | undefined, testCidrs: readonly string[]): Problem[] {
  if (!header) return [];
  const problems = textProblems("testHeader", header, { name: elb.ruleHeaderName, value: elb.ruleHeaderValue });
  if (testCidrs.length === 0) return problems;
  const message = "opens the test port, which testHeader replaces. Remove one of the two.";
  return [...problems, { path: "testCidrs", message }];
}
