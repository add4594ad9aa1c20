import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { Agent, get } from "node:http";
import { join } from "node:path";

/** Whether this machine has time for anyone. */
export interface MachineLoad {
  /** How many of the milliseconds since `fromMs` (of `performance.now()`) it had not. */
  starvedMs(fromMs: number): number;
}

/** How often a server that does nothing is asked, in milliseconds. */
const askEveryMs = 100;
/** It answers within a few milliseconds; whoever waits this long, waits for the machine. */
const starvedAfterMs = 250;
const spansKept = 1_000;

interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * Watches how long a server in a process of its own takes to answer, and how late this process's own timers are. An app
 * that does not answer has no part in either.
 */
export class MachineLoadWatch implements MachineLoad {
  private readonly spans: Span[] = [];
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1 });
  private timer: NodeJS.Timeout | undefined;
  private askedMs: number | undefined;

  private constructor(
    private readonly child: ChildProcess,
    private readonly port: number,
  ) {
    this.tick(performance.now());
  }

  /** @returns undefined where there is no room for another process: then nothing is blamed on the machine */
  static async start(): Promise<MachineLoadWatch | undefined> {
    const child = fork(join(__dirname, "control-server.mjs"), [], {
      execArgv: [],
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    const failed = Promise.race([once(child, "error"), once(child, "exit")]).then(() => undefined);
    const ready = once(child, "message").then(([port]) => new MachineLoadWatch(child, port as number));
    return Promise.race([ready, failed]);
  }

  /** For tests: the process of the server. */
  get pid(): number {
    return this.child.pid!;
  }

  starvedMs(fromMs: number): number {
    const nowMs = performance.now();
    const asked = this.askedMs;
    const open = asked !== undefined && nowMs - asked > starvedAfterMs ? [{ fromMs: asked, toMs: nowMs }] : [];
    let countedMs = fromMs;
    let starvedMs = 0;
    for (const span of [...this.spans, ...open].sort((one, other) => one.fromMs - other.fromMs)) {
      starvedMs += Math.max(0, span.toMs - Math.max(span.fromMs, countedMs));
      countedMs = Math.max(countedMs, span.toMs);
    }
    return starvedMs;
  }

  async close(): Promise<void> {
    clearTimeout(this.timer);
    this.agent.destroy();
    const ended = this.child.exitCode === null && this.child.signalCode === null ? once(this.child, "exit") : undefined;
    this.child.kill("SIGKILL");
    await ended;
  }

  private tick(dueMs: number): void {
    const nowMs = performance.now();
    if (nowMs - dueMs > starvedAfterMs) this.add({ fromMs: dueMs, toMs: nowMs });
    if (this.askedMs === undefined) this.ask(nowMs);
    this.timer = setTimeout(() => this.tick(nowMs + askEveryMs), askEveryMs);
  }

  private ask(askedMs: number): void {
    this.askedMs = askedMs;
    const over = (hasAnswered: boolean) => {
      this.askedMs = undefined;
      const toMs = performance.now();
      if (hasAnswered && toMs - askedMs > starvedAfterMs) this.add({ fromMs: askedMs, toMs });
    };
    get({ host: "127.0.0.1", port: this.port, agent: this.agent }, (response) => {
      response.resume().once("end", () => over(true));
    }).once("error", () => over(false));
  }

  private add(span: Span): void {
    this.spans.push(span);
    if (this.spans.length > spansKept) this.spans.shift();
  }
}
