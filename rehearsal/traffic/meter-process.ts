import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { type ChildOptions, type FromChild, monotonicMs } from "./meter-child";
import type { Answer, Traffic, TrafficOptions } from "./meter";
import { describeTotals, type TrafficReport } from "./report";

/**
 * The same traffic as `startTraffic`'s, from a process of its own: for rates at which one event loop has not room for
 * both sides. Who answered is asked here, as the answers come in. Resolves when the process has begun to send.
 *
 * @throws Error, at `stop()` too, if the process ends by itself
 */
export async function startTrafficProcess(options: TrafficOptions): Promise<Traffic> {
  const { url, ratePerSecond, mix, timeoutMs, timeline, client } = options;
  const originMs = monotonicMs() - timeline.clock.elapsedMs;
  const childOptions: ChildOptions = {
    url,
    ratePerSecond,
    originMs,
    ...(mix ? { mix } : {}),
    ...(client ? { local: client.ca === undefined ? {} : { ca: client.ca } } : {}),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  };
  const child = fork(join(__dirname, "meter-child.ts"), [JSON.stringify(childOptions)], {
    execArgv: ["--require", "tsx/cjs"],
    env: { ...process.env, TSX_DISABLE_CACHE: "1" },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const traffic = new TrafficProcess(child, options);
  await traffic.started;
  return traffic;
}

class TrafficProcess implements Traffic {
  readonly started: Promise<unknown>;
  private latest: TrafficReport | undefined;
  /** Answers from a version that was not live, by class. */
  private readonly wrongVersions = new Map<number, number>();
  private readonly answeredBy: Record<string, number> = {};
  private readonly ended: Promise<TrafficReport>;
  private stopped: Promise<TrafficReport> | undefined;

  constructor(
    private readonly child: ChildProcess,
    private readonly options: TrafficOptions,
  ) {
    const exit = once(child, "exit").then(([code, signal]): never => {
      throw new Error(`the meter's process ended by itself (${String(signal ?? `exit status ${String(code)}`)})`);
    });
    this.ended = Promise.race([
      exit,
      new Promise<TrafficReport>((resolve) =>
        child.on("message", (message: FromChild) => {
          if (message.type === "stopped") resolve(message.report);
          else this.hear(message);
        }),
      ),
    ]);
    // Whoever stops the traffic is told.
    this.ended.catch(() => undefined);
    this.started = Promise.race([exit, once(child, "message")]);
  }

  snapshot(): TrafficReport {
    return this.judged(this.latest!);
  }

  stop(): Promise<TrafficReport> {
    return (this.stopped ??= this.end());
  }

  private async end(): Promise<TrafficReport> {
    // That it cannot hear it, since it has just ended, is told by its end.
    if (this.child.connected) this.child.send("stop", () => undefined);
    const report = this.judged(await this.ended);
    this.options.timeline.emit("traffic", "traffic.stopped", describeTotals(report), { report });
    return report;
  }

  private hear(message: Exclude<FromChild, { type: "stopped" }>): void {
    if (message.type === "failed") {
      this.options.timeline.emit("traffic", "traffic.failed", message.text, { ...message.failure });
      return;
    }
    if (message.type === "report") this.latest = message.report;
    else for (const answer of message.answers) this.judge(answer);
  }

  private judge(answer: Answer): void {
    const { versions, onSuccess, timeline } = this.options;
    const { traceId, intendedMs, endedMs, classIndex } = answer;
    const version = versions?.identify(traceId, {});
    if (versions) this.answeredBy[version ?? "unknown"] = (this.answeredBy[version ?? "unknown"] ?? 0) + 1;
    if (!versions || (version !== undefined && versions.isExpected(version, intendedMs, endedMs))) {
      onSuccess?.(answer);
      return;
    }
    this.wrongVersions.set(classIndex, (this.wrongVersions.get(classIndex) ?? 0) + 1);
    const text = `${version ?? "nobody knows who"} answered, and was not live`;
    timeline.emit("traffic", "traffic.failed", text, { ...answer, kind: "wrongVersion", version });
  }

  /** The process's own report cannot know who answered. */
  private judged(report: TrafficReport): TrafficReport {
    const classes = report.classes.map((one, index) => {
      const wrongVersion = this.wrongVersions.get(index) ?? 0;
      return { ...one, ok: one.ok - wrongVersion, failed: { ...one.failed, wrongVersion } };
    });
    return { ...report, classes, answeredBy: { ...this.answeredBy } };
  }
}
