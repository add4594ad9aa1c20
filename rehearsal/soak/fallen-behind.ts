import { count, totals, type TrafficReport } from "../traffic/report";

/** How much of the arrivals may be without an answer at any moment. Those that take their time on purpose are a hundredth of a second's. */
const mostBehindSeconds = 2;

/**
 * Why the figures say nothing of releases: answers come more slowly than requests are due, so that each waits for those
 * before it, and connections pile up until nothing goes.
 *
 * @param trafficMs for how long requests have been due
 */
export function fallenBehind(report: TrafficReport, trafficMs: number): string | undefined {
  const { ratePerSecond } = report;
  const { ok, failed, unsent } = totals(report);
  const behind = Math.round((ratePerSecond * trafficMs) / 1000) - ok - failed - unsent;
  if (behind <= mostBehindSeconds * ratePerSecond) return undefined;
  return `this machine does not keep up with ${count(ratePerSecond)} requests a second: ${count(behind)} that were due have no answer yet; choose a lower --rate`;
}
