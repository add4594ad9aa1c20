import type { Fault } from "../fault";

const answersEverything = [
  { name: "fresh", path: "/" },
  { name: "keepAlive", path: "/" },
  { name: "pipelined", path: "/" },
  { name: "long", path: "/slow?ms=400" },
  { name: "streaming", path: "/stream?chunks=5&ms=80" },
  { name: "download", path: "/download?bytes=300000" },
  { name: "upload", path: "/", bodyBytes: 300_000 },
  { name: "hangUp", path: "/slow?ms=3000", openMs: 100 },
  { name: "webSocket", path: "/", openMs: 300 },
] as const;

/** What is running as traffic shifts: connections and processes. */
export const running: readonly Fault[] = [
  {
    name: "connections",
    fault: "every kind of connection is open as traffic shifts",
    mix: answersEverything,
    expected: { endState: "released", noticed: { by: "elb", saying: /v1-1 deregistered/ } },
    run: (stage) => stage.release(),
  },
  {
    name: "blue-dies-after",
    fault: "blue's process is killed after the shift",
    expected: { endState: "released", noticed: { by: "ecs", saying: /task v1-1 failed: / } },
    run: (stage) => {
      const pid = stage.rehearsal.stack.service.primaryTaskSet!.tasks[0]!.pid!;
      stage.when(`${stage.steps.keepBlue} started`, () => process.kill(pid, "SIGKILL"));
      return stage.release();
    },
  },
];
