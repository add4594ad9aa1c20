import { strFromU8, unzipSync } from "fflate";
import { s3 } from "../aws";
import type { ArtifactLocation } from "./event";

/** Reads files from the top of an artifact's zip. Throws, naming the artifact and what it lacks. */
export async function readFiles<Name extends string>(
  { name, bucket, key }: ArtifactLocation,
  files: readonly Name[],
): Promise<Record<Name, string>> {
  const client = await s3();
  const { Body } = await client.getObject({ Bucket: bucket, Key: key });
  const unzipped = unzip(name, await Body!.transformToByteArray(), files);
  const missing = files.filter((file) => !unzipped[file]);
  if (missing.length > 0) throw new Error(`the artifact ${name} has no ${missing.join(" and no ")} at its top`);
  return Object.fromEntries(files.map((file) => [file, strFromU8(unzipped[file]!)])) as Record<Name, string>;
}

function unzip(name: string, bytes: Uint8Array, files: readonly string[]) {
  try {
    // A whole repository may be around the two files.
    return unzipSync(bytes, { filter: (file) => files.includes(file.name) });
  } catch (error) {
    throw new Error(`the artifact ${name} is no zip: ${(error as Error).message}`, { cause: error });
  }
}
