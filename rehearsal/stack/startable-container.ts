import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TaskAddress } from "../ecs/task-address";
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

export interface TaskHost {
  readonly address: TaskAddress;
  /** In its own network. */
  readonly hostName: string;
}

export interface StartableContainer extends PreparedContainer {
  /** Leads into a network of its own. */
  readonly socketPath?: string;
  /** The port there. */
  readonly ownPort?: number;
}

let started = 0;

/**
 * A container's process as it is spawned: in a sandbox over the image's files, which all its containers share, or with a
 * copy of them where nothing confines it. Its PORT is the one that it is spawned with, or the container's in a network of
 * its own.
 *
 * @param own makes it a network of its own; needs a sandbox
 */
export async function startableContainer(
  image: Image,
  { store, sandbox, directory }: ContainerPlace,
  request: ContainerRequest,
  own?: TaskHost,
): Promise<StartableContainer> {
  const name = `task-${++started}`;
  if (sandbox.kind === "none") return prepareContainer(image, { ...request, directory: join(directory, name) });
  const { healthCheckCommand, environment, ...container } = containerProcess(image, request);
  // In this machine's network PORT is set where the task is spawned, when its port is known.
  const inside = Object.fromEntries(Object.entries(environment).filter(([variable]) => variable !== "PORT"));
  const writableDirectory = join(sandbox.writableDirectory, name);
  await mkdir(writableDirectory, { recursive: true });
  const sandboxed = {
    ...container,
    environment: inside,
    imageDirectory: await store.folderOf(await image.tree()),
    writableDirectory,
    network: "machine",
    ...(own ? await ownNetwork(own, container.command, inside, writableDirectory) : {}),
  } as const;
  return {
    ...sandboxCommand(sandboxed),
    cwd: "/",
    ...(healthCheckCommand ? { healthCheckCommand: enterLater({ ...sandboxed, command: healthCheckCommand }) } : {}),
    ...(own ? { socketPath: join(writableDirectory, "relay"), ownPort: own.address.port } : {}),
  };
}

const waitForNetwork = 'until [ -s /dev/.network-ready ]; do /bin/sleep 0.02; done; exec "$0" "$@"';

/** As on Fargate: its private address, a host name that leads to it, and the container's port. */
async function ownNetwork(
  { address, hostName }: TaskHost,
  command: readonly string[],
  environment: Readonly<Record<string, string>>,
  directory: string,
) {
  const [hosts, resolver, ready] = [
    join(directory, "hosts"),
    join(directory, "resolv.conf"),
    join(directory, "relay-ready"),
  ];
  await writeFile(resolver, "nameserver 198.18.0.1\n");
  await writeFile(ready, "");
  await writeFile(hosts, `127.0.0.1 localhost\n${address.ip} ${hostName} ${hostName.split(".")[0]}\n`);
  return {
    network: "own",
    addresses: [address.ip],
    hostName,
    mounts: [
      { source: hosts, target: "/etc/hosts", writable: "never" },
      { source: resolver, target: "/etc/resolv.conf", writable: "never" },
      { source: ready, target: "/dev/.network-ready", writable: "never" },
    ],
    command: ["/bin/sh", "-c", waitForNetwork, ...command],
    environment: { ...environment, PORT: String(address.port), HOSTNAME: hostName },
  } as const;
}
