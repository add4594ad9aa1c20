import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import * as path from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Cloud } from "./cloud";
import type { Provider } from "./provider-server";
import { containsUnknown, isValues, unknownValue, type Values } from "./values";

/** How the provider keeps inputs in its state: in an envelope that the engine encrypts. */
const secretSignature = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };

/**
 * Pulumi's provider for Docker, as far as `docker.Image` goes; what it "builds" is a digest of the context. As the real
 * one, it hashes the context anew in each Check, and its Diff does not look at `ignoreChanges`.
 * Source: pulumi-docker v5, provider/provider.go.
 */
export function dockerProvider(
  cloud: Cloud,
  programDirectory: string,
  version: string,
): Provider & { readonly builds: string[] } {
  const builds: string[] = [];
  const build = (inputs: Values): Values => {
    const { imageName, registry } = inputs as { imageName: string; registry: { server: string } };
    const { context, dockerfile, contextDigest } = inputs.build as Record<string, string>;
    const [, repositoryUrl, tag] = /^(.*):([^:/]+)$/.exec(imageName)!;
    builds.push(imageName);
    cloud.push(repositoryUrl!, tag!);
    return {
      imageName,
      baseImageName: imageName,
      registryServer: registry.server,
      context,
      dockerfile,
      repoDigest: `${repositoryUrl}@sha256:${contextDigest}`,
      __inputs: { ...secretSignature, value: inputs },
    };
  };
  const same = () => {
    throw new Error("docker.Image is all that is known here");
  };
  return {
    builds,
    version,
    supportsPreview: false,
    check: (_, __, given) => {
      const inputs = withoutUnknown(given);
      const { context, dockerfile } = inputs.build as Record<string, string>;
      if (!existsSync(path.resolve(programDirectory, dockerfile!))) {
        throw new Error(`could not open dockerfile at relative path ${dockerfile}`);
      }
      const contextDigest = digestOf(path.resolve(programDirectory, context!));
      return { inputs: { ...inputs, build: { ...(inputs.build as Values), contextDigest } }, failures: [] };
    },
    diff: ({ state, inputs }) => {
      const built = (state.__inputs ?? {}) as Values;
      const keys = new Set([...Object.keys(built), ...Object.keys(inputs)]);
      const changed = [...keys].filter(
        (key) => !isDeepStrictEqual(compared(key, built[key]), compared(key, inputs[key])),
      );
      return { changed, replaces: [] };
    },
    create: (_, name, inputs) => ({ id: name, state: build(inputs) }),
    read: (_, __, state) => state,
    update: ({ inputs }) => build(inputs),
    delete: () => {},
    invoke: same,
    unknownOutputs: same,
  };
}

// A registry's token changes with every run.
function compared(key: string, value: unknown): unknown {
  return key === "registry" && isValues(value) ? value.server : value;
}

function withoutUnknown(values: Values): Values {
  const known = Object.entries(values).filter(([, value]) => value !== unknownValue);
  return Object.fromEntries(
    known.map(([key, value]) => [key, isValues(value) && containsUnknown(value) ? withoutUnknown(value) : value]),
  );
}

function digestOf(directory: string): string {
  const hash = createHash("sha256");
  const files = readdirSync(directory, { recursive: true }).map(String).sort();
  for (const file of files.filter((it) => statSync(path.join(directory, it)).isFile())) {
    hash.update(`${file}\0`).update(readFileSync(path.join(directory, file)));
  }
  return hash.digest("hex");
}
