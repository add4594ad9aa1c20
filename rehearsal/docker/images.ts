import { readlinkSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { basename, join } from "node:path";
import type { RegisteredTaskDefinition } from "../codepipeline/fill-template";
import { fargateEnvironment, signalOf, taskAddress } from "../ecs/fargate";
import { type ListeningSocket, readTables } from "../ecs/listening-sockets";
import type { TaskSpec } from "../ecs/task-spec";
import { hostNameOf } from "../ecs/task-address";
import type { Timeline } from "../events";
import { describeInRegistry } from "../images/registry-api";
import { installStandIns } from "../images/stand-ins";
import type { Images } from "../stack/images";
import { containerEnvironment, healthCheckOf, type TaskSurroundings } from "../stack/tasks";
import type { Workspace } from "../workspace";
import { type DockerEngine, findEngine } from "./engine";
import { startRegistry } from "./registry";
import { isReadByDocker, runArguments } from "./run-arguments";

export interface DockerImages extends Images {
  /** `host:port` of the registry that takes ECR's place. */
  readonly registry: string;
}

export interface DockerOptions {
  readonly workspace: Workspace;
  readonly timeline: Timeline;
}

/**
 * Images that the machine's Docker engine builds, pushes to a registry on loopback, pulls by digest and runs. Only `aws`
 * has a stand-in. Everything has a label, by which the reaper removes it when the rehearsal is over.
 *
 * @throws Error when there is no engine, or no registry can be started
 */
export async function startDocker({ workspace, timeline }: DockerOptions): Promise<DockerImages> {
  const engine = await findEngine(join(workspace.directory, "docker"));
  const label = `greenlight.workspace=${basename(workspace.directory)}`;
  const host = engine.environment.DOCKER_HOST!;
  workspace.removeFromDocker({ host, label });
  const registry = await startRegistry(engine, workspace, label);
  workspace.removeFromDocker({ host, label, registry });
  timeline.emit("rehearsal", "docker.found", `Docker ${engine.version}, with a registry at ${registry}`, { registry });
  const binDirectory = join(workspace.directory, "bin");
  await mkdir(binDirectory);
  const standIns = await installStandIns({
    binDirectory,
    names: ["aws"],
    storeDirectory: join(workspace.directory, "images"),
    registry,
  });
  return {
    registry,
    binDirectory,
    standIns,
    // The engine has a cache of its own, and a builder in a container would not reach the registry on loopback.
    buildEnvironment: { ...engine.environment, CACHE_REPOSITORY_URI: "" },
    digestOf: async (imageName) => (await describeInRegistry(imageName)).imageDigest,
    launcher: (taskDefinition, containerName, surroundings) =>
      containerLauncher(taskDefinition, containerName, { ...surroundings, engine, label }),
  };
}

let started = 0;

/** A task's container, in the foreground of a `docker run`: its output, its exit code and its SIGTERM are the process's. */
function containerLauncher(
  taskDefinition: RegisteredTaskDefinition,
  containerName: string,
  { engine, label, region, settingsFile }: TaskSurroundings & { readonly engine: DockerEngine; readonly label: string },
): () => Promise<TaskSpec> {
  const container = taskDefinition.containerDefinitions.find(({ name }) => name === containerName)!;
  const own = containerEnvironment(container, process.env);
  return async () => {
    const address = taskAddress(container);
    const hostName = hostNameOf(address, region);
    const environment = { ...fargateEnvironment(region), HOSTNAME: hostName, ...own };
    const hidden = Object.fromEntries(Object.entries(environment).filter(([name]) => !isReadByDocker(name)));
    await engine.run("pull", "--quiet", container.image).catch((error: Error) => {
      throw new Error(`CannotPullContainerError: ${error.message}`);
    });
    const name = `${label.split("=")[1]}-${++started}`;
    const run = { taskDefinition, containerName, name, label, hostName, environment };
    const inspect = (format: string, what: string) => engine.run("inspect", "--format", format, what).catch(() => "");
    const stopSignal = await inspect("{{.Config.StopSignal}}", container.image);
    const check = container.healthCheck;
    const healthCheck = check && healthCheckOf(check, ["docker", "exec", name, ...wordsOf(check.command)]);
    return {
      ...(healthCheck ? { healthCheck } : {}),
      command: (port) => ["docker", ...runArguments({ ...run, port })],
      cwd: "/",
      environment: { ...hidden, ...engine.environment },
      address,
      ownPort: address.port,
      listeningSockets: async () => socketsOfContainer(await inspect("{{.State.Pid}}", name)),
      origin: { settingsFile },
      ...(stopSignal ? { stopSignal: signalOf(stopSignal) } : {}),
      stopTimeoutSeconds: container.stopTimeout,
      kill: () =>
        engine.run("rm", "--force", name).then(
          () => undefined,
          () => undefined,
        ),
    };
  };
}

/** Source: ECS API reference, HealthCheck: `CMD` and words, `CMD-SHELL` and a line for the container's shell, or just words. */
function wordsOf([kind, ...words]: readonly string[]): readonly string[] {
  if (kind === "CMD-SHELL") return ["/bin/sh", "-c", words.join(" ")];
  return kind === "CMD" ? words : [kind!, ...words];
}

/** The sockets of a container's network, if its engine runs on this very machine. */
function socketsOfContainer(pid: string): readonly ListeningSocket[] | undefined {
  try {
    const network = (process: string) => readlinkSync(`/proc/${process}/ns/net`);
    // The pid of an engine in a virtual machine is another process here.
    return network(pid) === network("self") ? undefined : [...readTables(`/proc/${pid}/net`).values()];
  } catch {
    return undefined;
  }
}
