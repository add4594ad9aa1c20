import { unzipSync } from "fflate";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Artifact, PipelineExecution } from "./execution";

/** A zip as an artifact. */
export function zipArtifact(zip: Buffer): Artifact {
  const file = (name: string) => {
    const content = unzipSync(zip, { filter: (entry) => entry.name === name })[name];
    return content && Buffer.from(content);
  };
  return { file, zip };
}

/** Every file of an artifact, by its name. */
export function files({ zip }: Artifact): [name: string, content: Buffer][] {
  return Object.entries(unzipSync(zip)).map(([name, content]) => [name, Buffer.from(content)]);
}

/** Writes all files of an artifact into a folder. */
export async function extract(artifact: Artifact, directory: string): Promise<void> {
  for (const [name, content] of files(artifact)) {
    await mkdir(dirname(join(directory, name)), { recursive: true });
    await writeFile(join(directory, name), content);
  }
}

/** An input artifact of a run. Throws if no earlier action made it. */
export function inputArtifact({ artifacts }: PipelineExecution, name: string): Artifact {
  const artifact = artifacts.get(name);
  if (artifact) return artifact;
  throw new Error(`no action made the artifact ${name}; there are ${[...artifacts.keys()].join(", ") || "none"}`);
}

/** A text file of an artifact. Throws, as CodePipeline does, if it is not there. */
export function textFile(artifact: Artifact, artifactName: string, name: string): string {
  const content = readFile(artifact, artifactName, name);
  if (content) return content.toString("utf8");
  throw new Error(`the artifact ${artifactName} has no file ${name}`);
}

function readFile(artifact: Artifact, artifactName: string, name: string): Buffer | undefined {
  try {
    return artifact.file(name);
  } catch (error) {
    throw new Error(
      `the artifact ${artifactName} is no zip that ${name} can be read from: ${(error as Error).message}`,
      {
        cause: error,
      },
    );
  }
}
