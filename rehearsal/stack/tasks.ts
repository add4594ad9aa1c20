import { join } from "node:path";
import type { RegisteredTaskDefinition } from "../codepipeline/fill-template";
import type { TaskSpec } from "../ecs/task";
import { prepareContainer } from "../images/container";
import type { ImageStore } from "../images/image-store";
import type { Workspace } from "../workspace";

let started = 0;

/**
 * How a task of this revision is started here: its image's files in a directory of its own, its command as a process.
 * Only the container that takes the load balancer's requests is started.
 */
export function taskLauncher(
  taskDefinition: RegisteredTaskDefinition,
  containerName: string,
  store: ImageStore,
  workspace: Workspace,
): () => Promise<TaskSpec> {
  const container = taskDefinition.containerDefinitions.find(({ name }) => name === containerName)!;
  const environment = Object.fromEntries(container.environment.map(({ name, value }) => [name, value]));
  return async () => {
    const image = await store.resolve(container.image).catch((error: Error) => {
      throw new Error(`CannotPullContainerError: ${error.message}`);
    });
    const prepared = await prepareContainer(image, {
      directory: join(workspace.directory, "tasks", String(++started)),
      environment,
      ...(container.command ? { command: container.command } : {}),
    });
    return { ...prepared, stopTimeoutSeconds: container.stopTimeout };
  };
}
