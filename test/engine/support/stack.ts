import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { parse, stringify } from "yaml";
import { awsProvider } from "../cloud/aws-provider";
import { awsxProvider } from "../cloud/awsx-provider";
import type { Cloud } from "../cloud/cloud";
import { checkout, stacksDirectory } from "../../support/checkout";
import { dockerProvider } from "../cloud/docker-provider";
import { serve } from "../cloud/provider-server";
import { type Events, readEventLog, withoutDebug } from "./event-log";
import { measured } from "./measured";

/** What a user's checkout has, and the engine runs. */
const program = [
  "program.cjs",
  "index.ts",
  "aws-rules",
  "settings",
  "components",
  "hooks",
  "app",
  "package.json",
  "tsconfig.json",
];

/** A stack's state as `pulumi stack export` gives it. */
export interface ExportedState {
  readonly deployment: { readonly resources?: readonly ExportedResource[] };
}

export interface ExportedResource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly custom: boolean;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly protect?: boolean;
}

export interface Run extends Events {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface StackOptions {
  readonly cloud: Cloud;
  readonly stack: string;
  /** @default that of the fixture Pulumi.yaml */
  readonly project?: string;
  /** The stack file's settings. @default those of the fixture `Pulumi.<stack>.yaml` */
  readonly config?: Readonly<Record<string, unknown>>;
}

/** A user's checkout with one stack: a folder of its own with the program, a state, and the real `pulumi` command. */
export class Stack {
  /** Everything that any command printed or logged. */
  readonly printed: string[] = [];
  private runs = 0;

  private constructor(
    readonly name: string,
    readonly directory: string,
    /** Images that docker was asked to build. */
    readonly builds: string[],
    private readonly env: NodeJS.ProcessEnv,
    private readonly closeProviders: () => void,
  ) {}

  static async create({ cloud, stack, project, config }: StackOptions): Promise<Stack> {
    const directory = await mkdtemp(path.join(os.tmpdir(), "greenlight-engine-"));
    const folder = path.join(directory, "program");
    await mkdir(path.join(directory, "state"), { recursive: true });
    await Promise.all(
      program.map((file) => cp(path.join(checkout, file), path.join(folder, file), { recursive: true })),
    );
    await symlink(path.join(checkout, "node_modules"), path.join(folder, "node_modules"));
    const described = parse(await readFile(path.join(stacksDirectory, "Pulumi.yaml"), "utf8")) as Record<
      string,
      unknown
    >;
    await writeFile(
      path.join(folder, "Pulumi.yaml"),
      stringify({ ...described, ...(project ? { name: project } : {}) }),
    );
    const stackFile = `Pulumi.${stack}.yaml`;
    if (config) await writeFile(path.join(folder, stackFile), stringify({ config }));
    else await cp(path.join(stacksDirectory, stackFile), path.join(folder, stackFile));

    const docker = dockerProvider(cloud, folder, versionOf("docker"));
    const providers = {
      aws: await serve(awsProvider(cloud, versionOf("aws"))),
      awsx: await serve(awsxProvider(versionOf("awsx"), versionOf("aws"))),
      docker: await serve(docker),
    };
    const ports = Object.entries(providers).map(([name, { port }]) => `${name}:${port}`);
    const env = environment(directory, ports.join(","));
    const close = () => Object.values(providers).forEach((provider) => provider.close());
    const created = new Stack(stack, folder, docker.builds, env, close);
    try {
      await created.pulumi("stack", "init", stack);
      return created;
    } catch (error) {
      await created.close();
      throw error;
    }
  }

  /** `pulumi up`, which must work. */
  async up(because: string, ...args: string[]): Promise<Run> {
    return this.mustWork(await this.tryUp(because, ...args));
  }

  /** `pulumi up`, whatever becomes of it. */
  tryUp(because: string, ...args: string[]): Promise<Run> {
    return this.logged(`up: ${because}`, ["up", "--yes", "--skip-preview", ...args]);
  }

  async preview(because: string, ...args: string[]): Promise<Run> {
    return this.mustWork(await this.logged(`preview: ${because}`, ["preview", ...args]));
  }

  async refresh(because: string): Promise<Run> {
    return this.mustWork(await this.logged(`refresh: ${because}`, ["refresh", "--yes", "--skip-preview"]));
  }

  /** `pulumi destroy`, whatever becomes of it. */
  destroy(because: string): Promise<Run> {
    return this.logged(`destroy: ${because}`, ["destroy", "--yes"]);
  }

  /** Any other command, which must work; returns what it printed. */
  async pulumi(...args: string[]): Promise<string> {
    return this.mustWork(await this.run([...args, "--non-interactive"])).stdout;
  }

  /** What `pulumi stack export` prints: secrets are encrypted in it. */
  exported(): Promise<string> {
    return this.pulumi("stack", "export");
  }

  /** The custom resources in the state, their secrets opened. */
  async resources(): Promise<ExportedResource[]> {
    const { stdout } = this.mustWork(await this.run(["stack", "export", "--show-secrets"], "not kept"));
    return ((JSON.parse(stdout) as ExportedState).deployment.resources ?? []).filter(
      ({ custom, type }) => custom && !type.startsWith("pulumi:"),
    );
  }

  /** Everything that the backend keeps on disk, its history and backups too. */
  async stateAtRest(): Promise<string> {
    const state = path.join(path.dirname(this.directory), "state");
    const entries = await readdir(state, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
    return (await Promise.all(files.map((file) => readFile(file, "utf8")))).join("\n");
  }

  /** Writes settings into the stack file, as an editor would. */
  async configure(settings: Readonly<Record<string, unknown>>): Promise<void> {
    const file = path.join(this.directory, `Pulumi.${this.name}.yaml`);
    const written = parse(await readFile(file, "utf8")) as { config?: Record<string, unknown> };
    await writeFile(file, stringify({ ...written, config: { ...written.config, ...settings } }));
  }

  async close(): Promise<void> {
    this.closeProviders();
    await rm(path.dirname(this.directory), { recursive: true, force: true });
  }

  private mustWork<T extends { exitCode: number; stdout: string; stderr: string }>(run: T): T {
    if (run.exitCode !== 0) throw new Error(`pulumi ended with ${run.exitCode}:\n${run.stdout}\n${run.stderr}`);
    return run;
  }

  private async logged(title: string, args: readonly string[]): Promise<Run> {
    const log = path.join(path.dirname(this.directory), `events-${this.runs++}.json`);
    const begin = performance.now();
    const ran = await this.run([...args, "--non-interactive", "--diff", "--event-log", log]);
    const text = existsSync(log) ? await readFile(log, "utf8") : "";
    this.printed.push(withoutDebug(text));
    const run = { ...ran, ...readEventLog(text) };
    measured.push({
      command: `${this.name}: ${title}`,
      counts: run.counts,
      seconds: (performance.now() - begin) / 1000,
    });
    return run;
  }

  private run(
    args: readonly string[],
    kept: "kept" | "not kept" = "kept",
  ): Promise<{ exitCode: number; stdout: string; stderr: string }> {
    return new Promise((resolve, reject) => {
      const child = spawn("pulumi", args, { cwd: this.directory, env: this.env, stdio: ["ignore", "pipe", "pipe"] });
      let [stdout, stderr] = ["", ""];
      child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
      child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
      child.on("error", reject);
      child.on("close", (code) => {
        if (kept === "kept") this.printed.push(stdout, stderr);
        resolve({ exitCode: code ?? -1, stdout, stderr });
      });
    });
  }
}

function environment(directory: string, providers: string): NodeJS.ProcessEnv {
  const { PATH, HOME, LANG } = process.env;
  return {
    PATH,
    HOME,
    LANG,
    // tsx keeps what it has compiled there.
    TMPDIR: directory,
    // Everything that the command keeps between its runs.
    PULUMI_HOME: path.join(directory, "home"),
    PULUMI_BACKEND_URL: `file://${path.join(directory, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: "a passphrase",
    PULUMI_SKIP_UPDATE_CHECK: "1",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "1",
    // The flag that writes the event log is among these.
    PULUMI_DEBUG_COMMANDS: "true",
    PULUMI_DEBUG_PROVIDERS: providers,
  };
}

function versionOf(name: string): string {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  return (require(`@pulumi/${name}/package.json`) as { version: string }).version;
}
