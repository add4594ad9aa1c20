import type { ChildProcess } from "node:child_process";
import type { Timeline } from "../events";
import { type AllowedCall, startRelay } from "../sandbox/relay";
import { type ProcessRegistry, signalGroup } from "./process-group";
import type { TaskSpec } from "./task-spec";

/** The relay into the network of one task's own; none for a task in this machine's network. It ends with the task. */
export class TaskRelay {
  private relay: ChildProcess | undefined;

  constructor(
    private readonly task: TaskSpec & { readonly label: string },
    private readonly timeline: Timeline,
    private readonly processes: ProcessRegistry | undefined,
  ) {}

  /**
   * @param mark by which every process of the task is known
   * @throws Error with why it did not start
   */
  async open(child: ChildProcess, mark: Readonly<Record<string, string>>): Promise<void> {
    const { socketPath, ownPort, address, network } = this.task;
    if (socketPath === undefined || ownPort === undefined || address === undefined) return;
    const outgoing = { allowed: network?.allowed ?? [], onRefused: this.nameRefused() };
    this.relay = await startRelay(child, { socketPath, host: address.ip, port: ownPort }, outgoing, mark);
    if (this.relay?.pid !== undefined) this.processes?.add(this.relay.pid);
    if (child.exitCode !== null || child.signalCode !== null) this.close();
  }

  close(): void {
    if (this.relay?.pid === undefined) return;
    signalGroup(this.relay.pid, "SIGKILL");
    this.processes?.remove(this.relay.pid);
    this.relay = undefined;
  }

  /** Names each refused call once. */
  private nameRefused(): (call: AllowedCall) => void {
    const { label } = this.task;
    const named = new Set<string>();
    return ({ host, port }) => {
      const call = `${host}:${port}`;
      const text = `${label} called ${call}, which is not allowed here. Add --allow ${call}.`;
      if (!named.has(call)) this.timeline.emit("ecs", "task.call-refused", text, { task: label, host, port });
      named.add(call);
    };
  }
}
