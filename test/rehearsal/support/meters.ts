import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Clock } from "../../../rehearsal/clock";
import { Timeline } from "../../../rehearsal/events";
import { startTraffic, type Traffic, type TrafficOptions } from "../../../rehearsal/traffic/meter";
import { totals } from "../../../rehearsal/traffic/report";

/** Starts meters for the tests of a suite; each ends with the test that has started it. */
export function metersOfEachTest(): (options: Partial<TrafficOptions> & { readonly url: string }) => Traffic {
  const meters: Traffic[] = [];
  afterEach(() => Promise.all(meters.splice(0).map((meter) => meter.stop())));
  return (options) => {
    const timeline = new Timeline(new Clock(60));
    const meter = startTraffic({ ratePerSecond: 200, timeoutMs: 30_000, timeline, ...options });
    meters.push(meter);
    return meter;
  };
}

/** Listens on a free port of loopback; returns the URL. */
export async function listen(server: Server): Promise<string> {
  await once(server.listen(0, "127.0.0.1"), "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Waits until the meter's totals are as wanted; looks after each turn of the event loop in which the meter did something. */
export async function until(meter: Traffic, wanted: (seen: ReturnType<typeof totals>) => boolean): Promise<void> {
  while (!wanted(totals(meter.snapshot()))) await new Promise((resolve) => setTimeout(resolve, 2));
}
