/** A way in which green goes wrong some time after it has passed its health checks. */
export interface LateFault {
  readonly name: string;
  /** What the version does with a request once it has gone wrong: code that may use `request` and `response`. */
  readonly code: string;
}

/** Milliseconds of p99 from which on an alarm fires. */
export const slowMs = 1000;

export const answers500: LateFault = { name: "every answer is a 500", code: "response.writeHead(500).end();" };

export const answersLate: LateFault = {
  name: "every answer is late",
  code: `setTimeout(() => response.end("late"), ${slowMs * 2});`,
};

export const takesNoConnections: LateFault = {
  name: "takes no connections",
  code: "const { server } = request.socket; server.close(); server.closeAllConnections(); setInterval(() => {}, 1e6);",
};

export const lateFaults: readonly LateFault[] = [
  answers500,
  {
    name: "one answer in five is a 500",
    code: "if (Math.random() >= 0.2) return false; response.writeHead(500).end();",
  },
  answersLate,
  takesNoConnections,
];

/** The files of a version that goes wrong when its process gets SIGUSR2, but for what health checks ask it. */
export function filesOf({ code }: LateFault): Readonly<Record<string, string>> {
  return {
    "version.txt": "2\n",
    "fault.cjs": `let wrong = false;
process.on("SIGUSR2", () => (wrong = true));
exports.answer = (request, response) => {
  if (!wrong || request.headers["user-agent"]?.startsWith("ELB-HealthChecker")) return false;
  ${code}
  return true;
};`,
  };
}
