import { cp, mkdir, mkdtemp, realpath } from "node:fs/promises";
import { dirname, join } from "node:path";
import { endProcesses } from "../cleanup/end-processes.mjs";
import { removeFolder } from "../cleanup/remove-folder.mjs";
import type { Clock } from "../clock";
import type { ProcessRegistry } from "../ecs/process-group";
import type { Timeline } from "../events";
import { collectArtifact } from "./artifact";
import { BuildShell } from "./build-shell";
import type { Buildspec, SpecPhase } from "./buildspec";
import { parseBuildspec } from "./buildspec";
import { requireStandIns } from "./stand-in-check";

export type BuildStatus = "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "STOPPED";
export type PhaseType = "DOWNLOAD_SOURCE" | "INSTALL" | "PRE_BUILD" | "BUILD" | "POST_BUILD" | "UPLOAD_ARTIFACTS";

/** As in BatchGetBuilds. Source: CodeBuild API reference, BuildPhase and PhaseContext. */
export interface BuildPhase {
  readonly phaseType: PhaseType;
  readonly phaseStatus: BuildStatus;
  readonly contexts: readonly { readonly statusCode: string; readonly message: string }[];
}

export interface BuildResult {
  readonly status: BuildStatus;
  readonly phases: readonly BuildPhase[];
  /** The zip of the buildspec's artifacts, of a build that succeeded and names any. */
  readonly artifact?: Buffer;
  /** Of a build that did not succeed: what went wrong first, with the last lines that the failing command printed. */
  readonly reason?: string;
}

export interface BuildRequest {
  /** YAML text. */
  readonly buildspec: string;
  /** The commit's files; the build works on a copy. */
  readonly sourceDirectory: string;
  /** The project's variables and CodeBuild's own; the buildspec's `env.variables` give way to them. */
  readonly environment: Readonly<Record<string, string>>;
  /** Where `docker` and `aws` are: the front of the build's PATH. */
  readonly pathPrefix: string;
  /** The stand-ins there that must answer before anything runs. @default none */
  readonly standIns?: readonly string[];
  /** The build's files go into a new directory in here, which is removed at its end. */
  readonly workDirectory: string;
  readonly timeoutMinutes: number;
  readonly clock: Clock;
  readonly timeline: Timeline;
  readonly processes: ProcessRegistry;
  readonly signal: AbortSignal;
}

/** Where the real `aws` and `docker` end up, should a build call them after all: a privileged port, and no folder. */
const deadEndpoints = {
  AWS_EC2_METADATA_DISABLED: "true",
  AWS_ENDPOINT_URL: "http://127.0.0.1:9",
  DOCKER_HOST: "unix:///dev/null/docker.sock",
};

interface Transition {
  readonly type: PhaseType;
  readonly succeeded?: SpecPhase;
  readonly failed?: SpecPhase;
}

/** What follows a phase. Source: CodeBuild user guide, view-build-details-phases. */
const transitions: Record<SpecPhase, Transition> = {
  install: { type: "INSTALL", succeeded: "pre_build" },
  pre_build: { type: "PRE_BUILD", succeeded: "build" },
  build: { type: "BUILD", succeeded: "post_build", failed: "post_build" },
  post_build: { type: "POST_BUILD" },
};

/** A first `npm ci` over a slow line takes minutes, whatever the scale. */
const leastBuildMs = 10 * 60_000;
const reasonLines = 5;
/** Characters of a command that are shown. */
const titleLength = 100;

/** Performs one build as CodeBuild does. It never rejects for what a build can do wrong: the result tells. */
export async function runBuild(request: BuildRequest): Promise<BuildResult> {
  let buildspec: Buildspec;
  try {
    buildspec = parseBuildspec(request.buildspec);
  } catch (error) {
    const message = (error as Error).message;
    const phase = failedPhase("DOWNLOAD_SOURCE", "YAML_FILE_ERROR", message);
    return { status: "FAILED", phases: [phase], reason: `The buildspec is wrong:\n${message}` };
  }
  const directory = await realpath(await mkdtemp(join(request.workDirectory, "codebuild-")));
  try {
    return await new Build(request, buildspec, directory).run();
  } finally {
    // CodeBuild's container takes along what a command has left running.
    if (request.processes.mark)
      await endProcesses({ ...request.processes.mark, CODEBUILD_SRC_DIR: sourceIn(directory) });
    await removeFolder(directory);
  }
}

function sourceIn(directory: string): string {
  return join(directory, "src");
}

class Build {
  private readonly phases: BuildPhase[] = [];
  private readonly source: string;
  private readonly environment: Record<string, string>;
  private shell: BuildShell | undefined;
  private lastLines: string[] = [];
  private reason: string | undefined;
  /** Set when the build is to end at once. */
  private interruption: "TIMED_OUT" | "STOPPED" | undefined;

  constructor(
    private readonly request: BuildRequest,
    private readonly buildspec: Buildspec,
    private readonly directory: string,
  ) {
    this.source = sourceIn(directory);
    this.environment = {
      ...deadEndpoints,
      ...buildspec.env?.variables,
      ...request.environment,
      CODEBUILD_SRC_DIR: this.source,
      CODEBUILD_BUILD_SUCCEEDING: "1",
      HOME: join(directory, "home"),
      TMPDIR: join(directory, "tmp"),
      PATH: [request.pathPrefix, dirname(process.execPath), process.env.PATH].join(":"),
    };
  }

  async run(): Promise<BuildResult> {
    const { clock, signal, timeoutMinutes } = this.request;
    const onAbort = (): void => this.interrupt("STOPPED");
    signal.addEventListener("abort", onAbort, { once: true });
    const timer = setTimeout(() => this.interrupt("TIMED_OUT"), clock.boundMs(timeoutMinutes * 60_000, leastBuildMs));
    try {
      if (signal.aborted) onAbort();
      await cp(this.request.sourceDirectory, this.source, {
        recursive: true,
        verbatimSymlinks: true,
        // Asked before each file, of which there may be many.
        filter: () => this.interruption === undefined,
      });
      for (const name of ["home", "tmp", "commands"]) await mkdir(join(this.directory, name));
      if (!(await this.findsStandIns())) return { status: this.status, phases: this.phases, reason: this.reason };
      for (let phase: SpecPhase | undefined = "install"; phase !== undefined && !this.interruption;) {
        const next: Transition = transitions[phase];
        phase = (await this.runPhase(phase, next.type)) ? next.succeeded : next.failed;
      }
      const artifact = this.status === "SUCCEEDED" ? await this.uploadArtifacts() : undefined;
      return { status: this.status, phases: this.phases, artifact, reason: this.reason };
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      await this.shell?.stop();
    }
  }

  private async findsStandIns(): Promise<boolean> {
    const { pathPrefix: binDirectory, standIns: names = [] } = this.request;
    try {
      await requireStandIns({ program: this.shellProgram, environment: this.environment, binDirectory, names });
      return true;
    } catch (error) {
      this.reason = (error as Error).message;
      this.phases.push(failedPhase("INSTALL", "CLIENT_ERROR", this.reason));
      return false;
    }
  }

  private get shellProgram() {
    return this.buildspec.env?.shell ?? "sh";
  }

  private get status(): BuildStatus {
    if (this.interruption) return this.interruption;
    return this.phases.every(({ phaseStatus }) => phaseStatus === "SUCCEEDED") ? "SUCCEEDED" : "FAILED";
  }

  private interrupt(why: "TIMED_OUT" | "STOPPED"): void {
    this.interruption ??= why;
    const { timeoutMinutes } = this.request;
    this.reason ??=
      why === "STOPPED" ? "The build was stopped" : `The build took longer than ${timeoutMinutes} minutes`;
    void this.shell?.stop();
  }

  /** Runs a phase's commands up to the first that fails, then its `finally`; true if all went well. */
  private async runPhase(name: SpecPhase, phaseType: PhaseType): Promise<boolean> {
    const phase = this.buildspec.phases[name];
    let failure: string | undefined;
    if (phase !== undefined) {
      this.tellPhase(phaseType, "STARTED");
      failure = await this.runCommands(phase.commands ?? []);
      const afterwards = await this.runCommands(phase.finally ?? []);
      failure ??= afterwards;
    }
    if (this.interruption) {
      this.phases.push({ phaseType, phaseStatus: this.interruption, contexts: [] });
    } else if (failure !== undefined) {
      this.phases.push(failedPhase(phaseType, "COMMAND_EXECUTION_ERROR", failure));
      await this.setEnvironment("CODEBUILD_BUILD_SUCCEEDING", "0");
    } else {
      this.phases.push({ phaseType, phaseStatus: "SUCCEEDED", contexts: [] });
    }
    if (phase !== undefined) this.tellPhase(phaseType, this.phases.at(-1)?.phaseStatus ?? "FAILED", failure);
    return failure === undefined;
  }

  /** Returns CodeBuild's message for the first command that failed. */
  private async runCommands(commands: readonly string[]): Promise<string | undefined> {
    for (const command of commands) {
      if (this.interruption) return undefined;
      this.request.timeline.emit("codebuild", "command", `Running command ${commandTitle(command)}`, { command });
      this.lastLines = [];
      const exitStatus = await this.execute(command);
      if (this.interruption || exitStatus === 0) continue;
      const message = `Error while executing command: ${command.trim()}. Reason: exit status ${exitStatus}`;
      this.reason ??= [`A command of the build failed with exit status ${exitStatus}:`, ...this.lastLines].join("\n");
      return message;
    }
    return undefined;
  }

  private async execute(command: string): Promise<number> {
    // A command that ended the shell itself takes its variables with it.
    if (!this.shell?.isAlive) {
      this.shell = new BuildShell({
        program: this.shellProgram,
        workingDirectory: this.source,
        scratchDirectory: join(this.directory, "commands"),
        environment: this.environment,
        processes: this.request.processes,
        output: (line) => this.print(line),
      });
      // It may have been interrupted meanwhile, with no shell to stop.
      if (this.interruption) await this.shell.stop();
    }
    return this.shell.run(command);
  }

  private async setEnvironment(name: string, value: string): Promise<void> {
    this.environment[name] = value;
    if (this.shell?.isAlive) await this.shell.run(`export ${name}=${value}`);
  }

  private print(line: string): void {
    this.request.timeline.emit("codebuild", "output", line);
    this.lastLines = [...this.lastLines, line].filter((text) => text.trim() !== "").slice(-reasonLines);
  }

  private async uploadArtifacts(): Promise<Buffer | undefined> {
    if (this.buildspec.artifacts === undefined) return undefined;
    const phaseType = "UPLOAD_ARTIFACTS";
    try {
      const artifact = await collectArtifact(this.buildspec.artifacts, this.source);
      this.phases.push({ phaseType, phaseStatus: "SUCCEEDED", contexts: [] });
      this.tellPhase(phaseType, "SUCCEEDED");
      return artifact;
    } catch (error) {
      const { message } = error as Error;
      this.reason = message;
      this.phases.push(failedPhase(phaseType, "CLIENT_ERROR", message));
      this.tellPhase(phaseType, "FAILED", message);
      return undefined;
    }
  }

  private tellPhase(phaseType: PhaseType, status: BuildStatus | "STARTED", message?: string): void {
    const text = status === "STARTED" ? `Entering phase ${phaseType}` : `Phase complete: ${phaseType} State: ${status}`;
    this.request.timeline.emit("codebuild", "phase", text, { phaseType, status, message });
  }
}

/** A command in a few words: its first line that does something. */
function commandTitle(command: string): string {
  const lines = command.trim().split("\n");
  const title = lines.find((line) => !/^\s*(set\s+-.*|#.*)?$/.test(line))?.trim() ?? lines[0]!;
  const short = title.slice(0, titleLength);
  return lines.length > 1 || short !== title ? `${short} …` : title;
}

function failedPhase(phaseType: PhaseType, statusCode: string, message: string): BuildPhase {
  return { phaseType, phaseStatus: "FAILED", contexts: [{ statusCode, message }] };
}
