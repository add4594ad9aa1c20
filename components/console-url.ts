import { orMocked } from "./mocked-values";

/** Where AWS's console shows what is in a region; China and GovCloud have consoles of their own. */
export function consoleUrl(returned: string | undefined): string {
  const region = orMocked(returned, "region", "us-east-1");
  const partition = Object.keys(hosts).find((prefix) => region.startsWith(prefix)) ?? "";
  return `https://${region}.${hosts[partition] ?? "console.aws.amazon.com"}`;
}

/** Source: Getting Started with AWS services in China, and AWS GovCloud (US) user guide, on signing in. */
const hosts: Readonly<Record<string, string>> = {
  "cn-": "console.amazonaws.cn",
  "us-gov-": "console.amazonaws-us-gov.com",
};
