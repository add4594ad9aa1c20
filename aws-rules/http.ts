import { between, type TextRule } from "./rule";

/** A load balancer refuses a longer request line or field. Source: ALB user guide, load-balancer-limits, "HTTP headers". */
const longestLine = 16_000;
const limits = 'ALB user guide, load-balancer-limits, "HTTP headers"';

/** The path and query of a request. */
export const requestPath: TextRule = {
  source: `RFC 9112, 3.2; ${limits}`,
  expected: "a path from / without spaces",
  pattern: /^\/[!-~\u00a1-\uffff]*$/,
  least: 1,
  most: longestLine,
  refuses: (value) => (/[^!-~]/.test(value) ? `it is not all ASCII. Percent-encode it: ${encoded(value)}` : undefined),
};

export const requestMethod: TextRule = {
  source: "RFC 9110, 5.6.2",
  expected: "an HTTP method",
  pattern: /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/,
  least: 1,
  most: 40,
};

/** Of a field in any message. */
export const headerName: TextRule = {
  source: `RFC 9110, 5.1; ${limits}`,
  expected: "a header name, like X-Api-Key",
  pattern: /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/,
  least: 1,
  most: longestLine,
};

/** The name of a header field that every load balancer passes on. One that drops invalid fields drops all others. */
export const validHeaderName: TextRule = {
  source: "Elastic Load Balancing API, LoadBalancerAttribute, routing.http.drop_invalid_header_fields.enabled",
  expected: "letters, digits and hyphens, like X-Api-Key",
  pattern: /^[-A-Za-z0-9]+$/,
  least: 1,
  most: longestLine,
};

export const headerValue: TextRule = {
  source: `RFC 9110, 5.5; ${limits}`,
  expected: "printable ASCII characters",
  pattern: /^[\t -~]*$/,
  least: 0,
  most: longestLine,
  confidential: true,
};

/** Of a response. */
export const status = between(100, 599, "RFC 9110, 15");

export const port = between(1, 65_535, "RFC 9293, 3.1");

function encoded(path: string): string {
  return path.replaceAll(/[^!-~]+/g, (part) => {
    try {
      return encodeURIComponent(part);
    } catch {
      // Half of a character has no encoding.
      return "…";
    }
  });
}
