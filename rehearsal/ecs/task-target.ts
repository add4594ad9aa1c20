import type { TargetAddress } from "../load-balancer/target";
import { isLoopback } from "./listening-sockets";
import { unreachable } from "./start-failure";
import type { Task } from "./task";

/** Where the load balancer reaches a task. */
export function targetAddress(task: Task): TargetAddress {
  const { label, localAddress: host, port, address, socketPath } = task;
  // An app does not change what it listens on, and each look reads every process of the machine.
  let isReachable = false;
  return {
    ...{ host, port, label, socketPath },
    hostHeader: address && `${address.ip}:${address.port}`,
    whyUnreachable: async () => {
      if (isReachable) return undefined;
      const why = await whyUnreachable(task);
      isReachable = why === undefined;
      return why;
    },
  };
}

/** Where only one address is loopback, an app that listens there alone is reached all the same, unlike on AWS. */
async function whyUnreachable(task: Task): Promise<string | undefined> {
  if (task.localAddress !== "127.0.0.1" || !task.expectedPort.isToldByVariable) return undefined;
  const here = (await task.listeningSockets())?.filter(({ port }) => port === task.port) ?? [];
  if (here.length === 0 || here.some(({ address }) => !isLoopback(address))) return undefined;
  return unreachable(here, task.expectedPort, task.origin);
}
