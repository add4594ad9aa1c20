import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { containerProcess, type ContainerRequest, prepareContainer, type PreparedContainer } from "../images/container";
import type { Image } from "../images/image";
import type { ImageStore } from "../images/image-store";
import type { SandboxMode } from "../sandbox/mode";
import { enterLater, sandboxCommand } from "../sandbox/sandbox";

export interface ContainerPlace {
  readonly store: ImageStore;
  readonly sandbox: SandboxMode;
  /** Containers that nothing confines have their files below it. */
  readonly directory: string;
}

let started = 0;

/**
 * A container's process as it is spawned: in a sandbox over the image's files, which all its containers share, or with a
 * copy of them where nothing confines it. Its PORT is the one that it is spawned with.
 */
export async function startableContainer(
  image: Image,
  { store, sandbox, directory }: ContainerPlace,
  request: ContainerRequest,
): Promise<PreparedContainer> {
  const name = `task-${++started}`;
  if (sandbox.kind === "none") return prepareContainer(image, { ...request, directory: join(directory, name) });
  const { healthCheckCommand, environment, ...container } = containerProcess(image, request);
  // PORT is set where the task is spawned, when its port is known.
  const inside = Object.fromEntries(Object.entries(environment).filter(([variable]) => variable !== "PORT"));
  const writableDirectory = join(sandbox.writableDirectory, name);
  await mkdir(writableDirectory, { recursive: true });
  const own = {
    ...container,
    environment: inside,
    imageDirectory: await store.folderOf(await image.tree()),
    writableDirectory,
    network: "machine",
  } as const;
  return {
    ...sandboxCommand(own),
    cwd: "/",
    ...(healthCheckCommand ? { healthCheckCommand: enterLater({ ...own, command: healthCheckCommand }) } : {}),
  };
}
