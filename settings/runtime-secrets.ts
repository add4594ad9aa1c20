import type { SecretValues } from "../components/secret-parameter";
import type { WithHealthPath } from "./health-path";
import type { Given } from "./schema";
import type { SecretSettings } from "./secret-settings";

/** What the release reads from the stack's secret parameter; undefined where nothing of it is secret. */
export function runtimeSecrets(
  { checks, healthCheck, testHeader, tests }: WithHealthPath<Given>,
  secret: SecretSettings,
): SecretValues | undefined {
  const askForSecretPath = secret.has("healthCheck") && checks?.some(({ path }) => path === healthCheck?.path);
  const values = {
    ...(checks && (secret.has("checks") || askForSecretPath) ? { checks } : {}),
    // Who sends it reaches green, so it is always a secret.
    ...(testHeader ? { testHeader } : {}),
    ...(tests && secret.has("tests") ? { testCommand: tests.command } : {}),
  };
  return Object.keys(values).length > 0 ? values : undefined;
}
