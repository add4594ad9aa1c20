import type { TrafficClass } from "../traffic/mix";

/** What clients do in a soak: mostly small requests, and some of every other kind. Weights add up to 100. */
export const mix: readonly TrafficClass[] = [
  { name: "keepAlive", path: "/", weight: 72 },
  { name: "fresh", path: "/", weight: 12 },
  { name: "pipelined", path: "/", weight: 8 },
  { name: "long", path: "/slow?ms=300", weight: 2 },
  { name: "streaming", path: "/stream?chunks=3&ms=50", weight: 1 },
  { name: "download", path: "/download?bytes=100000", weight: 1 },
  { name: "upload", path: "/", bodyBytes: 100_000, weight: 1 },
  { name: "hangUp", path: "/slow?ms=3000", openMs: 100, weight: 1 },
  { name: "webSocket", path: "/", openMs: 200, weight: 2 },
];

/** Whether a class has nothing that takes its time on purpose: of these requests, latencies mean something. */
export function isSmall(classIndex: number): boolean {
  return ["keepAlive", "fresh", "pipelined"].includes(mix[classIndex]!.name);
}
