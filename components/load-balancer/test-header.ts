import type { TestHeader } from "../../hooks/green-test/checks";
import type { Problem } from "../problems";

export type { TestHeader };

/** Source: ALB user guide, rule-condition-types, "HTTP header conditions". */
export function testHeaderProblems(header: TestHeader | undefined, testCidrs: readonly string[]): Problem[] {
  if (!header) return [];
  const problems: Problem[] = [];
  const wrong = (path: string, message: string) => problems.push({ path, message });
  if (!/^[\w!#$%&'*+.^`|~-]{1,40}$/.test(header.name) || header.name.toLowerCase() === "host") {
    wrong("testHeader.name", `"${header.name}" is not a header that a rule can look at; expected one like X-Test.`);
  }
  if (!/^[\x20-\x7e]{1,128}$/.test(header.value) || /[*?]/.test(header.value)) {
    wrong("testHeader.value", "is no text of 1 to 128 characters without * and ?, which would match more than it.");
  }
  if (testCidrs.length > 0) {
    const message = "is for the test port, which testHeader takes the place of; leave one of the two out.";
    wrong("testCidrs", message);
  }
  return problems;
}
