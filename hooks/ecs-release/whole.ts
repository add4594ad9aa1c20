import type { ECS } from "@aws-sdk/client-ecs";

/** Something of a call would not have been sent. */
export class LeftOut extends Error {
  override readonly name = "LeftOut";
}

/**
 * Makes a client refuse a call of which it would leave something out. The SDK sends what it knows, and Lambda's own may be
 * older than a field of the release: a pause for a person, say, which would then silently not be.
 */
export function sendingWhole(client: ECS): ECS {
  client.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        const { body } = args.request as { readonly body: string | Uint8Array };
        // Newer SDKs have bytes here, whose use as a string they warn of and mean to forbid.
        const sent: unknown = JSON.parse(typeof body === "string" ? body : new TextDecoder().decode(body));
        const left = leftOut(args.input, sent, "");
        if (left.length === 0) return next(args);
        throw new LeftOut(`the AWS SDK of this runtime does not know ${left.join(", ")} of ${commandName}`);
      },
    { step: "build", name: "sendingWhole", override: true },
  );
  return client;
}

function leftOut(wanted: unknown, sent: unknown, path: string): string[] {
  if (typeof wanted !== "object" || wanted === null) return sent === undefined ? [path] : [];
  if (typeof sent !== "object" || sent === null) return [path];
  return Object.entries(wanted).flatMap(([key, value]) => {
    const at = Array.isArray(wanted) ? `${path}[${key}]` : `${path}.${key}`.replace(/^\./, "");
    return value === undefined ? [] : leftOut(value, (sent as Record<string, unknown>)[key], at);
  });
}
