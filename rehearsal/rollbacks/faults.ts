/** A way in which green goes wrong under its users, some time after it has all of production. */
export interface LateFault {
  readonly name: string;
  /** What the version does with a user's request once it has gone wrong: code that may use `request` and `response`. */
  readonly code: string;
}

/** Milliseconds of p99 from which on an alarm fires. */
export const slowMs = 1000;

export const lateFaults: readonly LateFault[] = [
  { name: "every answer is a 500", code: "response.writeHead(500).end();" },
  {
    name: "one answer in five is a 500",
    code: "if (Math.random() >= 0.2) return false; response.writeHead(500).end();",
  },
  { name: "every answer is late", code: `setTimeout(() => response.end("late"), ${slowMs * 2});` },
  {
    name: "takes no connections",
    code: "const { server } = request.socket; server.close(); server.closeAllConnections(); setInterval(() => {}, 1e6);",
  },
];

/** The files of a version that goes wrong when its process gets SIGUSR2. */
export function filesOf({ code }: LateFault): Readonly<Record<string, string>> {
  return {
    "version.txt": "2\n",
    "fault.cjs": `let wrong = false;
process.on("SIGUSR2", () => (wrong = true));
exports.answer = (request, response) => {
  if (!wrong || request.headers["user-agent"] !== "greenlight-traffic") return false;
  ${code}
  return true;
};`,
  };
}
