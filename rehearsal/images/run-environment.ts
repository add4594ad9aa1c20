import { existsSync } from "node:fs";
import { posix } from "node:path";
import type { SandboxMount } from "../sandbox/sandbox";
import { throwIfUnusable } from "../sandbox/sandbox";
import { certificateVariables, type RegistrySettings } from "./registry-settings";

/** What a RUN line finds besides the image's own files and variables. */
export interface RunEnvironment {
  readonly environment: Readonly<Record<string, string>>;
  readonly mounts: readonly SandboxMount[];
}

const npmrc = "/usr/local/etc/npmrc";
/** Where `rm -rf ~/.npm` does not find it. */
const cache = "/dev/npm-cache";
const certificates = "/usr/local/share/ca-certificates";

/**
 * Registry, proxy and certificates of this machine, and its npm cache, which is read-only.
 *
 * @param npmrcFile a file with the text of `settings.npmrc`
 */
export function runEnvironment(
  settings: RegistrySettings,
  npmrcFile: string,
  user: string | undefined,
): RunEnvironment {
  const mounts: SandboxMount[] = [{ source: npmrcFile, target: npmrc, writable: "never" }];
  const environment: Record<string, string> = {
    HOME: homeOf(user),
    TAR_OPTIONS: "--no-same-owner",
    npm_config_globalconfig: npmrc,
    npm_config_prefer_offline: "true",
    npm_config_update_notifier: "false",
    npm_config_fund: "false",
    npm_config_audit: "false",
    COREPACK_ENABLE_DOWNLOAD_PROMPT: "0",
    ...settings.environment,
  };
  for (const name of certificateVariables) {
    const file = environment[name];
    // The system's own certificates are where they are.
    if (file === undefined || /^\/(etc\/(ssl|pki)|usr)\//.test(file)) continue;
    const target = posix.join(certificates, `${name}.crt`);
    mounts.push({ source: file, target, writable: "never" });
    environment[name] = target;
  }
  if (existsSync(settings.cacheDirectory) && isUsable(settings.cacheDirectory)) {
    mounts.push({ source: settings.cacheDirectory, target: cache, writable: "discarded" });
    environment.npm_config_cache = cache;
  }
  return { environment, mounts };
}

/** HOME as Docker sets it from the image's USER. */
export function homeOf(user: string | undefined): string {
  const name = (user ?? "").split(":")[0] ?? "";
  return ["", "0", "root"].includes(name) ? "/root" : /^\d+$/.test(name) ? "/home/node" : `/home/${name}`;
}

function isUsable(path: string): boolean {
  try {
    throwIfUnusable(path);
    return true;
  } catch {
    return false;
  }
}
