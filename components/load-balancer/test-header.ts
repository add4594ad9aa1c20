import type { HttpCheck } from "../../hooks/green-test/checks";
import type { Problem } from "../problems";

/** Tells test traffic from users' on the production listener. Whoever sends it reaches green, so it had better be hard to guess. */
export interface TestHeader {
  /** Up to 40 characters; not Host. */
  readonly name: string;
  /** Up to 128 characters; neither `*` nor `?`, which would match more than this value. */
  readonly value: string;
}

/** The checks, each sent as test traffic. */
export function withTestHeader(checks: readonly HttpCheck[], header: TestHeader | undefined): readonly HttpCheck[] {
  if (!header) return checks;
  return checks.map((check) => ({ ...check, headers: { ...check.headers, [header.name]: header.value } }));
}

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
