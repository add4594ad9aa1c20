import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

/** How package managers reach their registries on this machine, without anything that signs a person in. */
export interface RegistrySettings {
  /** Shared with this machine, so that a package that it has is not downloaded. */
  readonly cacheDirectory: string;
  /** The text of an npmrc. */
  readonly npmrc: string;
  /** Proxies and registries; certificates as names of files on this machine. */
  readonly environment: Readonly<Record<string, string>>;
}

/** What of an npmrc says where packages come from, and how. */
const passedKeys = /^(registry|@[^:]+:registry|proxy|https-?proxy|http-?proxy|no-?proxy|strict-ssl|ca|cafile|nodedir)$/;
const passedVariables =
  /^(corepack_(integrity_keys|npm_registry)|yarn_npm_registry_server|npm_config_(registry|proxy|https_proxy|noproxy|strict_ssl|cafile)|(https?|no|all)_proxy)$/i;

/** Variables that name a file of certificates. */
export const certificateVariables = [
  ["NODE_EXTRA_CA_CERTS", "npm_config_cafile", "SSL_CERT_FILE"],
  ["CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "PIP_CERT", "GIT_SSL_CAINFO"],
].flat();

/** This machine's settings; under `npm start` npm itself names its files. */
export function readRegistrySettings(environment: NodeJS.ProcessEnv): RegistrySettings {
  const prefix = dirname(dirname(process.execPath));
  const files = [
    environment.npm_config_globalconfig ?? join(prefix, "etc", "npmrc"),
    environment.npm_config_userconfig ?? join(homedir(), ".npmrc"),
  ];
  const lines = files.flatMap((file) => (existsSync(file) ? readFileSync(file, "utf8").split("\n") : []));
  const npmrc = withoutCredentials(lines, environment);
  const registry = environment.npm_config_registry ?? /^registry\s*=\s*(\S+)/m.exec(npmrc)?.[1];
  const known = Object.entries(environment).filter(
    ([name, value]) => passedVariables.test(name) || (certificateVariables.includes(name) && existsSync(value ?? "")),
  ) as [string, string][];
  const cafile = /^cafile\s*=\s*(\S+)/m.exec(npmrc)?.[1];
  return {
    cacheDirectory: environment.npm_config_cache ?? join(homedir(), ".npm"),
    npmrc,
    environment: {
      ...(registry ? registries(withoutUser(registry)) : {}),
      ...(cafile && existsSync(cafile) ? { npm_config_cafile: cafile } : {}),
      ...Object.fromEntries(known.map(([name, value]) => [name, withoutUser(value)])),
    },
  };
}

/** The lines that are passed on; `${NAME}` in them is the variable's value, as npm reads it. */
function withoutCredentials(lines: readonly string[], environment: NodeJS.ProcessEnv): string {
  return lines
    .map((line) => /^\s*([^=;#\s]+?)\s*=\s*(.*?)\s*$/.exec(line))
    .flatMap((match) => (match && passedKeys.test(match[1]!) ? [[match[1]!, match[2]!] as const] : []))
    .map(
      ([key, value]) => [key, value.replace(/\$\{([^}]+)\}/g, (_, name: string) => environment[name] ?? "")] as const,
    )
    .map(([key, value]) => `${key}=${withoutUser(value)}\n`)
    .join("");
}

/** `https://user:password@host/` without its user. */
function withoutUser(value: string): string {
  return value.replace(/^(\w+:\/\/)[^/@]*@/, "$1");
}

/** The same registry for the other package managers. */
function registries(registry: string): Record<string, string> {
  return {
    npm_config_registry: registry,
    YARN_NPM_REGISTRY_SERVER: registry.replace(/\/$/, ""),
    COREPACK_NPM_REGISTRY: registry.replace(/\/$/, ""),
    // A mirror need not have npm's signatures; Corepack still checks the hashes that a project names.
    COREPACK_INTEGRITY_KEYS: "0",
  };
}
