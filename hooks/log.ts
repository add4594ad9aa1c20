/** Writes one line of JSON; `fields` are facts for machines and hold no request header or body. */
export type Log = (level: "info" | "error", message: string, fields?: Readonly<Record<string, unknown>>) => void;

/** A log whose every line also carries `about`, such as the deployment's id. */
export function createLog(about: Readonly<Record<string, unknown>>): Log {
  return (level, message, fields) => console.log(JSON.stringify({ level, message, ...about, ...fields }));
}

/** An error as one line for people: AWS's error code, or the class, and the message. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // An AggregateError of a connection has an empty message and its sense in the code.
  const message = error.message || ("code" in error ? String(error.code) : "no message");
  return error.name === "Error" || error.name === "" ? message : `${error.name}: ${message}`;
}
