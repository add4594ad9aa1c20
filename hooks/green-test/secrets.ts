import { ssm, worthAnotherAttempt } from "../aws";
import type { SecretConfig } from "./checks";
import { bound, wait } from "./time";

const attempts = 5;
const pauseMs = 1_000;
const longestCallMs = 5_000;

/**
 * What the stack's secret parameter holds; nothing where the stack has none. It is read by each invocation, so that a
 * changed value counts from the next one on. Throws when it cannot be read, without a word of its content.
 */
export async function readSecrets(signal: AbortSignal): Promise<SecretConfig> {
  const name = process.env.SECRETS_PARAMETER;
  if (!name) return {};
  const value = await readParameter(name, signal);
  try {
    return JSON.parse(value) as SecretConfig;
  } catch {
    // The error's own message would quote the value.
    throw new Error(`the parameter ${name} holds no JSON`);
  }
}

async function readParameter(name: string, signal: AbortSignal): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    try {
      const client = await ssm();
      const abortSignal = AbortSignal.any([signal, bound(longestCallMs)]);
      const { Parameter } = await client.getParameter({ Name: name, WithDecryption: true }, { abortSignal });
      return Parameter?.Value ?? "";
    } catch (error) {
      signal.throwIfAborted();
      if (attempt >= attempts || !worthAnotherAttempt(error)) throw error;
      await wait(pauseMs, signal);
    }
  }
}
