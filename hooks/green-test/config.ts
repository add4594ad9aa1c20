import { readFileSync } from "node:fs";
import { join } from "node:path";
import { SecretTexts } from "../secret-texts";
import { checkMistakes } from "./check-mistakes";
import type { GreenTestConfig, HttpCheck, TestHeader } from "./checks";
import { readSecrets } from "./secrets";

/** Everything that the stack tells the function. */
export interface Config extends GreenTestConfig {
  readonly checks: readonly HttpCheck[];
  /** What no message may show. */
  readonly secrets: SecretTexts;
  /** ARN of the listener that serves green before production does. */
  readonly testListenerArn: string;
  /** ARN of the rule for test traffic; ECS moves rules, CodeDeploy the listener itself. */
  readonly testListenerRuleArn?: string | undefined;
  /** The load balancer's DNS name: what requests name as their host. */
  readonly hostHeader: string;
}

/** Reads `config.json` beside the bundle, the environment and the secret parameter. Throws, naming what is missing or wrong and where. */
export async function readConfig(signal: AbortSignal): Promise<Config> {
  const file = join(process.env.LAMBDA_TASK_ROOT ?? __dirname, "config.json");
  const { checks: plainChecks, waitSeconds } = parse(file);
  const secret = await readSecrets(signal);
  const secrets = new SecretTexts([secret.checks, secret.testHeader?.value]);
  const checks = secret.checks ?? plainChecks;
  const mistakes = checkMistakes(checks).map(({ path, message }) => `${path} ${message}`);
  if (mistakes.length > 0) throw new Error(secrets.hide(`config.json: ${mistakes.join(" ")}`));
  if (typeof waitSeconds !== "number" || !(waitSeconds >= 0)) {
    throw new Error(
      `config.json: \`waitSeconds\` must be a number of seconds from 0; found ${JSON.stringify(waitSeconds) ?? "nothing"}`,
    );
  }
  return {
    checks: withHeader(checks!, secret.testHeader),
    secrets,
    waitSeconds,
    testListenerArn: environment("TEST_LISTENER_ARN", "the test listener's ARN"),
    testListenerRuleArn: process.env.TEST_LISTENER_RULE_ARN,
    hostHeader: environment("HOST_HEADER", "the load balancer's DNS name"),
  };
}

/** The checks, each sent as test traffic. */
function withHeader(checks: readonly HttpCheck[], header: TestHeader | undefined): readonly HttpCheck[] {
  if (!header) return checks;
  return checks.map((check) => ({ ...check, headers: { ...check.headers, [header.name]: header.value } }));
}

function parse(file: string): Partial<GreenTestConfig> {
  try {
    return (JSON.parse(readFileSync(file, "utf8")) ?? {}) as Partial<GreenTestConfig>;
  } catch (error) {
    throw new Error(`cannot read config.json, which belongs beside the function's code: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

function environment(name: string, meaning: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`environment variable ${name} is not set; it holds ${meaning}`);
  return value;
}
