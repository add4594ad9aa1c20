import type * as pulumi from "@pulumi/pulumi";
import { strToU8, zipSync } from "fflate";
import { taskDefinitionFile } from "../../hooks/ecs-release/template-files";

/**
 * Zips taskdef.json and the other files, base64, as CodePipeline's S3 source takes them. The same input gives the same
 * bytes, so an unchanged template starts no release.
 */
export function zipReleaseTemplate(
  taskDefinition: pulumi.Unwrap<object>,
  others: Readonly<Record<string, string>>,
): string {
  const files = Object.entries({ [taskDefinitionFile]: `${JSON.stringify(taskDefinition, null, 2)}\n`, ...others });
  const bytes = Object.fromEntries(files.map(([name, text]) => [name, strToU8(text)]));
  // The oldest time that a zip can hold, instead of now.
  return Buffer.from(zipSync(bytes, { mtime: new Date("1980-01-01T00:00:00"), level: 9 })).toString("base64");
}
