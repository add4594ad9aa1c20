// The meter in a process of its own, so that it does not share an event loop with what it measures. Its other end is
// meter-process.ts.
import { Clock } from "../clock";
import { Timeline } from "../events";
import { localClient } from "../load-balancer/clients";
import { type Answer, startTraffic, type TrafficOptions } from "./meter";
import type { FailedRequest, TrafficReport } from "./report";

/** What it is started with, as its one argument. */
export type ChildOptions = Pick<TrafficOptions, "url" | "ratePerSecond" | "mix" | "timeoutMs"> & {
  /** `monotonicMs()` of the moment that its times count from. */
  readonly originMs: number;
  /** The authority that its clients trust, if every name is to lead to this machine. */
  readonly local?: { readonly ca?: string };
};

export type FromChild =
  | { readonly type: "answers"; readonly answers: readonly Answer[] }
  | { readonly type: "report"; readonly report: TrafficReport }
  | { readonly type: "failed"; readonly text: string; readonly failure: FailedRequest }
  | { readonly type: "stopped"; readonly report: TrafficReport };

/** How often answers are handed over, and how often a report is, in milliseconds. */
const handOverMs = 50;
const reportMs = 500;

/** Milliseconds on the machine's one monotonic clock, which all its processes share. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1000;
}

function main({ originMs, local, ...options }: ChildOptions): void {
  // undici makes an error for every connection that it ends; nobody reads their stacks.
  Error.stackTraceLimit = 0;
  const clock = new Clock(1);
  const timeline = new Timeline(clock);
  const shiftMs = monotonicMs() - clock.elapsedMs - originMs;
  const shifted = <T extends { readonly intendedMs: number; readonly endedMs: number }>(one: T): T => ({
    ...one,
    intendedMs: one.intendedMs + shiftMs,
    endedMs: one.endedMs + shiftMs,
  });
  const tell = (message: FromChild, then: () => void = () => undefined): void => void process.send!(message, then);
  let answers: Answer[] = [];
  timeline.on(({ type, text, detail }) => {
    if (type !== "traffic.failed") return;
    tell({ type: "failed", text, failure: shifted(detail as unknown as FailedRequest) });
  });
  const client = local && { client: localClient(local.ca) };
  const onSuccess = (answer: Answer) => answers.push(shifted(answer));
  const traffic = startTraffic({ ...options, ...client, timeline, onSuccess });
  const handOver = (): void => {
    tell({ type: "answers", answers });
    answers = [];
  };
  const report = (): void => tell({ type: "report", report: traffic.snapshot() });
  report();
  setInterval(handOver, handOverMs);
  setInterval(report, reportMs);
  process.once("message", () => {
    void traffic.stop().then((whole) => {
      handOver();
      tell({ type: "stopped", report: { ...whole, failures: whole.failures.map(shifted) } }, () => process.exit());
    });
  });
  // Whoever is measured is gone.
  process.once("disconnect", () => process.exit());
}

if (require.main === module) main(JSON.parse(process.argv[2]!) as ChildOptions);
