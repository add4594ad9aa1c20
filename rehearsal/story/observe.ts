import { type Dispatcher, request } from "undici";
import { newTraceId } from "../load-balancer/trace-id";
import type { LiveVersions } from "./live-versions";

/** Asks for the front page over a new connection; returns the version that answered, or what came instead of it. */
export async function whoAnswers(
  url: string,
  versions: LiveVersions,
  dispatcher: Dispatcher,
  headers: Readonly<Record<string, string>> = {},
): Promise<string> {
  const traceId = newTraceId();
  try {
    const response = await request(url, {
      dispatcher,
      headers: { ...headers, "x-amzn-trace-id": traceId },
      reset: true,
    });
    await response.body.dump();
    const version = versions.identify(traceId);
    return response.statusCode < 500 && version !== undefined ? version : String(response.statusCode);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? (error as Error).message;
  }
}
