import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../clock";
import { runBuild } from "../codebuild/run-build";
import type { RegisteredTaskDefinition } from "../codepipeline/fill-template";
import type { TaskSpec } from "../ecs/task-spec";
import type { Timeline } from "../events";
import type { Account } from "../graph/account";
import { ImageStore } from "../images/image-store";
import { installStandIns } from "../images/stand-ins";
import { type NotedBuild, readNotes } from "../images/build-notes";
import type { SandboxMode } from "../sandbox/mode";
import type { Workspace } from "../workspace";
import type { SandboxOptions } from "../options";
import { TaskNetwork } from "../ecs/task-network";
import { taskLauncher, type TaskSurroundings } from "./tasks";
import { stackBefore } from "./stack-before";
import { stringify } from "yaml";

/** Where images are built, kept and started as tasks. */
export interface Images {
  /** Folder for the front of a build's PATH. */
  readonly binDirectory: string;
  /** What is in it. */
  readonly standIns: readonly string[];
  /** Variables that a build needs besides. */
  readonly buildEnvironment: Readonly<Record<string, string>>;
  /** The digest under which the registry has `repository:tag`. @throws RegistryError */
  digestOf(imageName: string): Promise<string>;
  /** What the last build did otherwise than Docker. @default nothing: Docker built it */
  readonly notes?: () => Promise<NotedBuild>;
  /** How a task of this revision is started; only the container that takes the load balancer's requests is. */
  launcher(
    taskDefinition: RegisteredTaskDefinition,
    containerName: string,
    surroundings: TaskSurroundings,
  ): () => Promise<TaskSpec>;
}

/**
 * Images in a store in the workspace, with a `docker` and an `aws` that work on it, and a process for each task.
 *
 * @param sandbox how programs of images are run
 * @param options the network of the tasks, and what they may call from their own
 * @throws Error if a network of its own is asked for and cannot be had
 */
export async function createImages(
  account: Account,
  workspace: Workspace,
  sandbox: SandboxMode,
  { network: choice, allow }: Pick<SandboxOptions, "network" | "allow"> = {},
): Promise<Images> {
  const unavailable = sandbox.kind === "none" ? `namespaces cannot be had: ${sandbox.reason}` : undefined;
  if (choice === "own" && unavailable !== undefined)
    throw new Error(`--network own: ${unavailable}. Use --runtime docker, or leave --network out.`);
  const network = new TaskNetwork(choice, unavailable, allow);
  const storeDirectory = join(workspace.directory, "images");
  const binDirectory = join(workspace.directory, "bin");
  await mkdir(binDirectory, { recursive: true });
  const standIns = await installStandIns({ binDirectory, storeDirectory, sandbox });
  const store = new ImageStore(storeDirectory);
  for (const { url, tags } of account.repositories) await store.createRepository(url, tags);
  const before = stackBefore(account)?.repositoryUri;
  if (before !== undefined) await store.createRepository(before);
  return {
    binDirectory,
    standIns,
    buildEnvironment: {},
    notes: () => readNotes(storeDirectory),
    digestOf: async (imageName) => (await store.describe(imageName)).imageDigest,
    launcher: (taskDefinition, containerName, surroundings) =>
      taskLauncher(taskDefinition, containerName, store, { ...surroundings, workspace, sandbox, network }),
  };
}

export interface ImageBuildOptions {
  readonly account: Account;
  readonly images: Images;
  readonly workspace: Workspace;
  readonly clock: Clock;
  readonly timeline: Timeline;
  readonly signal: AbortSignal;
}

/**
 * Builds and pushes the image that the service is born with, as `pulumi up` does with Docker; returns it by digest.
 * An image that the stack names in some registry cannot be pulled here, so the app takes its place.
 *
 * @param appDirectory the app, as its repository has it
 */
export async function pushFirstImage(options: ImageBuildOptions, appDirectory: string): Promise<string> {
  const { account, timeline } = options;
  const described = account.firstImage;
  timeline.emit("rehearsal", "first-image.started", "pulumi up builds and pushes the first image");
  const imageName = described?.imageName ?? `${account.repositories[0]!.url}:first`;
  return pushImage(options, appDirectory, imageName, described?.build.platform);
}

/**
 * Builds `context` and pushes it as `imageName`; returns it by digest.
 *
 * @throws Error with the last lines of a build that failed
 */
export async function pushImage(
  options: ImageBuildOptions,
  context: string,
  imageName: string,
  platform = "linux/amd64",
): Promise<string> {
  const { account, images, workspace, clock, timeline, signal } = options;
  const result = await runBuild({
    buildspec: dockerCommands(imageName, platform),
    sourceDirectory: context,
    environment: { REGISTRY: imageName.split("/")[0]!, AWS_REGION: account.region, ...images.buildEnvironment },
    pathPrefix: images.binDirectory,
    standIns: images.standIns,
    workDirectory: workspace.directory,
    timeoutMinutes: 60,
    clock,
    timeline,
    processes: workspace.processes,
    signal,
  });
  signal.throwIfAborted();
  if (result.status !== "SUCCEEDED") throw new Error(`the image of the app was not built: ${result.reason}`);
  return `${imageName.replace(/:[^:/]*$/, "")}@${await images.digestOf(imageName)}`;
}

function dockerCommands(imageName: string, platform: string): string {
  return stringify({
    version: 0.2,
    phases: {
      build: {
        commands: [
          "aws ecr get-login-password --region $AWS_REGION | docker login --username AWS --password-stdin $REGISTRY",
          `docker build --platform ${platform} --tag ${imageName} .`,
          `docker push ${imageName}`,
        ],
      },
    },
  });
}
