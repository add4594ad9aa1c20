import { constants } from "node:os";
import { localAddressOf, nextPrivateIp, type TaskAddress } from "./task-address";

/**
 * What Fargate puts into every container's environment, as far as it means something here. There are no credentials and no
 * metadata endpoint behind the other variables, so they are not set; an SDK that looks for the machine's own role instead
 * is told not to. Source: ECS developer guide, ecs-environment-variables.
 */
export function fargateEnvironment(region: string): Record<string, string> {
  return {
    AWS_EXECUTION_ENV: "AWS_ECS_FARGATE",
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EC2_METADATA_DISABLED: "true",
  };
}

/** A new address for a task whose container this is. */
export function taskAddress({
  portMappings,
}: {
  readonly portMappings: readonly { readonly containerPort: number }[];
}): TaskAddress {
  return { ip: nextPrivateIp(), port: portMappings[0]?.containerPort ?? 80 };
}

/**
 * HOSTNAME of a task that has no file of hosts of its own, instead of any that the image sets. An app may listen on it
 * (Next.js does), and the name that Fargate would give leads nowhere here: its address does.
 */
export function localHostName(address: TaskAddress): { readonly HOSTNAME?: string } {
  const local = localAddressOf(address);
  return local === "127.0.0.1" ? {} : { HOSTNAME: local };
}

/** A STOPSIGNAL of a Dockerfile: `SIGQUIT`, `QUIT` or `3`. Source: Dockerfile reference, STOPSIGNAL. */
export function signalOf(text: string): NodeJS.Signals {
  const signals = Object.entries(constants.signals) as [NodeJS.Signals, number][];
  const name = text.toUpperCase();
  return signals.find(([signal, number]) => [signal, signal.slice(3), String(number)].includes(name))?.[0] ?? "SIGTERM";
}
