import { join } from "node:path";
import type { RegisteredTaskDefinition } from "../codepipeline/fill-template";
import type { HealthCheck } from "../ecs/container-health";
import type { TaskSpec } from "../ecs/task-spec";
import { hostNameOf } from "../ecs/task-address";
import type { TaskNetwork } from "../ecs/task-network";
import { fargateEnvironment, localHostName, signalOf, taskAddress } from "../ecs/fargate";
import type { ImageStore } from "../images/image-store";
import { startableContainer } from "./startable-container";
import type { SandboxMode } from "../sandbox/mode";
import type { Workspace } from "../workspace";

/** What tasks are started with, whatever their revision. */
export interface TaskSurroundings {
  readonly region: string;
  /** The file with the stack's settings: `Pulumi.dev.yaml`. */
  readonly settingsFile: string;
}

/** Where tasks are kept, and what confines them. */
interface Place {
  readonly workspace: Workspace;
  readonly sandbox: SandboxMode;
  readonly network: TaskNetwork;
}

/**
 * How a task of this revision is started here: its image's files in a layer of its own, its command as a process. Only
 * the container that takes the load balancer's requests is started.
 */
export function taskLauncher(
  taskDefinition: RegisteredTaskDefinition,
  containerName: string,
  store: ImageStore,
  { workspace, sandbox, network, region, settingsFile }: TaskSurroundings & Place,
): () => Promise<TaskSpec> {
  const container = taskDefinition.containerDefinitions.find(({ name }) => name === containerName)!;
  const own = containerEnvironment(container, process.env);
  const check = container.healthCheck;
  return async () => {
    const image = await store.resolve(container.image).catch((error: Error) => {
      throw new Error(`CannotPullContainerError: ${error.message}`);
    });
    const address = taskAddress(container);
    const environment = { ...fargateEnvironment(region), ...localHostName(address), ...own };
    const place = { store, sandbox, directory: join(workspace.directory, "tasks") };
    const request = {
      environment,
      ...(container.entryPoint ? { entryPoint: container.entryPoint } : {}),
      ...(container.command ? { command: container.command } : {}),
      ...(check ? { healthCheck: check.command } : {}),
    };
    const taken = network.isOwn && network.allowed.find(({ port }) => port === address.port);
    if (taken)
      throw new Error(
        `--allow ${taken.host}:${taken.port}: the app itself listens on ${taken.port}. Use --network machine.`,
      );
    const host = network.isOwn ? { address, hostName: hostNameOf(address, region) } : undefined;
    const prepared = await startableContainer(image, place, request, host);
    const { healthCheckCommand, ...runs } = prepared;
    const healthCheck = check && healthCheckOf(check, healthCheckCommand!);
    return {
      ...runs,
      address,
      network,
      origin: { settingsFile },
      ...(healthCheck ? { healthCheck } : {}),
      ...(image.config.StopSignal ? { stopSignal: signalOf(image.config.StopSignal) } : {}),
      stopTimeoutSeconds: container.stopTimeout,
    };
  };
}

/** @throws Error in ECS's words if a secret of the container is not there any more. Source: ECS developer guide, resource-initialization-error. */
export function requireSecrets(
  { containerDefinitions }: RegisteredTaskDefinition,
  containerName: string,
  deletedSecrets: ReadonlySet<string>,
): void {
  const { secrets } = containerDefinitions.find(({ name }) => name === containerName)!;
  const missing = secrets.find(({ valueFrom }) => deletedSecrets.has(valueFrom));
  if (!missing) return;
  const cause = `ResourceNotFoundException: Secrets Manager can't find the specified secret`;
  throw new Error(`ResourceInitializationError: unable to pull secrets: ${missing.valueFrom}: ${cause}`);
}

/** @param command how the check is run from outside the container */
export function healthCheckOf(
  { interval, timeout, retries, startPeriod }: NonNullable<AnyContainer["healthCheck"]>,
  command: readonly string[],
): HealthCheck {
  return { command, intervalSeconds: interval, timeoutSeconds: timeout, retries, startPeriodSeconds: startPeriod };
}

type AnyContainer = RegisteredTaskDefinition["containerDefinitions"][number];
type Container = Pick<AnyContainer, "environment" | "secrets">;

/**
 * The container's variables. A secret's value is out of reach here: it is that of the variable of the same name where the
 * rehearsal runs, or else a text that says so.
 */
export function containerEnvironment(
  { environment, secrets }: Container,
  outside: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const plain = environment.map(({ name, value }) => [name, value]);
  const secret = secrets.map(({ name, valueFrom }) => [name, outside[name] ?? `rehearsed value of ${valueFrom}`]);
  return Object.fromEntries([...plain, ...secret]) as Record<string, string>;
}
