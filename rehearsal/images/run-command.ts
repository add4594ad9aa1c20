import { spawn } from "node:child_process";
import { copyFile, mkdir, mkdtemp, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { exists } from "./blob-store";
import { mapPaths, searchPath } from "./image-paths";

/** How npm reaches its registry on this machine. A RUN gets copies of the files, so that it cannot change them. */
export interface NpmSettings {
  /** Shared with this machine, so that a second build downloads nothing. */
  readonly cacheDirectory: string;
  readonly userConfig: string;
  readonly globalConfig: string;
  /** Proxies, certificates and a registry set through variables. */
  readonly environment: Readonly<Record<string, string>>;
}

const passedOn =
  /^(npm_config_(registry|cafile|proxy|https_proxy|noproxy|strict_ssl)|node_extra_ca_certs|(https?|no)_proxy)$/i;

/** This machine's settings; under `npm start` npm itself names its files. */
export function readNpmSettings(environment: NodeJS.ProcessEnv): NpmSettings {
  const prefix = dirname(dirname(process.execPath));
  return {
    cacheDirectory: environment.npm_config_cache ?? join(homedir(), ".npm"),
    userConfig: environment.npm_config_userconfig ?? join(homedir(), ".npmrc"),
    globalConfig: environment.npm_config_globalconfig ?? join(prefix, "etc", "npmrc"),
    environment: Object.fromEntries(
      Object.entries(environment).filter((entry): entry is [string, string] => passedOn.test(entry[0])),
    ),
  };
}

export interface CommandRequest {
  /** For `sh -c`. */
  readonly script: string;
  /** The image's file system on disk. */
  readonly root: string;
  /** On disk. */
  readonly workingDirectory: string;
  /** ENV and ARG. */
  readonly variables: Readonly<Record<string, string>>;
  readonly npm: NpmSettings;
  readonly output: (line: string) => void;
}

/** Runs one line of a Dockerfile on this machine; returns its exit status. Its environment is the image's, not ours. */
export async function runCommand(request: CommandRequest): Promise<number> {
  const { root, npm } = request;
  const scratch = await mkdtemp(`${root}-home-`);
  try {
    const [userConfig, globalConfig] = [join(scratch, ".npmrc"), join(scratch, "global-npmrc")];
    if (await exists(npm.userConfig)) await copyFile(npm.userConfig, userConfig);
    if (await exists(npm.globalConfig)) await copyFile(npm.globalConfig, globalConfig);
    await mkdir(request.workingDirectory, { recursive: true });
    const variables = Object.entries(request.variables).map(([name, value]) => [
      name,
      variableValue(name, value, root),
    ]);
    const child = spawn("/bin/sh", ["-c", `exec 2>&1; ${request.script}`], {
      cwd: request.workingDirectory,
      stdio: ["ignore", "pipe", "ignore"],
      env: {
        ...npm.environment,
        npm_config_cache: npm.cacheDirectory,
        npm_config_prefer_offline: "true",
        npm_config_userconfig: userConfig,
        npm_config_globalconfig: globalConfig,
        // `npm install -g` belongs to the image.
        npm_config_prefix: join(root, "usr", "local"),
        npm_config_update_notifier: "false",
        npm_config_fund: "false",
        npm_config_audit: "false",
        ...(Object.fromEntries(variables) as Record<string, string>),
        HOME: scratch,
        PATH: searchPath(request.variables.PATH, root, process.env.PATH ?? ""),
      },
    });
    const closed = new Promise<number>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code, signal) => resolve(signal ? 137 : (code ?? 1)));
    });
    for await (const line of createInterface({ input: child.stdout })) request.output(line);
    return await closed;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** A tool's own directory (PNPM_HOME=/pnpm) belongs to the image before it exists; other values may be routes of a web app. */
function variableValue(name: string, value: string, root: string): string {
  return /_(home|dir|prefix|cache)$/i.test(name) && value.startsWith("/") ? root + value : mapPaths(value, root);
}
