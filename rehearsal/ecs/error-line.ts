/** How a line begins or ends that says what went wrong, in the words of common runtimes. */
const errorLines = [
  // Node, Python, Java, .NET: `TypeError: …`, `java.lang.IllegalStateException: …`, `Uncaught Error: …`
  /^(?:.*\b(?:Uncaught|Exception in thread \S+) )?(?:[\w$]+\.)*[A-Z][\w$]*(?:Error|Exception|Exit)\b(?: \[\w+\])?(?:: .*)?$/,
  // A class of one's own, and `Error: …`; Ruby puts the class last.
  /^Error: ./,
  /\((?:\w+::)*\w+Error\)$/,
  // Go, Rust, C
  /^panic: ./,
  /\bpanicked at\b/,
  /^fatal error: ./,
  // Programs and log formats
  /\b(?:error|fatal|critical|exception)\b\s*[\]":=-]/i,
  /\b(?:not found|cannot find|no such file|permission denied|address already in use|not set|is required|missing)\b/i,
];

/** A line of a trace of calls, or of what Node prints around one. */
const traceLine =
  /^\s*(?:at |File "|\^+\s*$|Node\.js v\d|node:|\.{3} \d+ more|throw |goroutine \d|Traceback |npm (?:ERR!|error))|^\s*$|^\s+[\w$]+: |^[{}]\s*$/;

/** The line of an app's last output that says what went wrong; the last line that says anything if none does. */
export function errorLine(lines: readonly string[]): string | undefined {
  for (const pattern of errorLines) {
    // Of several errors the last one ended the app; what caused it is printed before its own trace.
    const found = lines.findLast((line) => pattern.test(line) && !traceLine.test(line));
    if (found !== undefined) return found.trim();
  }
  return lines.findLast((line) => !traceLine.test(line))?.trim();
}

/** The last lines for people: the one with the error first, then what follows it, without traces of calls. */
export function lastWords(lines: readonly string[], most = 5): readonly string[] {
  const error = errorLine(lines);
  const at = lines.findLastIndex((line) => line.trim() === error);
  const isError = errorLines.some((pattern) => pattern.test(error ?? ""));
  const words = (isError ? lines.slice(at) : lines).filter((line) => !traceLine.test(line));
  return isError ? words.slice(0, most) : words.slice(-most);
}
