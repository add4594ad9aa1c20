import { randomUUID } from "node:crypto";
import { strToU8, zipSync } from "fflate";
import type { Timeline } from "../events";
import type { Account } from "../graph/account";
import type { Images } from "../stack/images";
import { zipArtifact } from "./artifacts";
import type { ActionPerformer } from "./execution";

export interface ImageScanOptions {
  readonly account: Pick<Account, "repositories">;
  readonly images: Pick<Images, "digestOf">;
  readonly timeline: Timeline;
}

/** UNSURE: AWS names neither the artifact's file nor its version of CycloneDX. */
const fileName = "sbom.json";

/**
 * Inspector's action on an image in ECR: looks it up by its tag, and writes a bill of materials that names it and nothing
 * that is in it. Source: CodePipeline user guide, action-reference-InspectorScan.
 */
export function imageScan({ account, images, timeline }: ImageScanOptions): ActionPerformer {
  return async ({ name: action, configuration }) => {
    const { InspectorRunMode, ECRRepositoryName: name = "", ImageTag: tag = "" } = configuration;
    if (InspectorRunMode !== "ECRImageScan")
      throw new Error(`action ${action}: the rehearsal scans images in ECR alone, not ${InspectorRunMode}`);
    const repository = account.repositories.find(({ url }) => url.endsWith(`/${name}`));
    if (!repository) throw new Error(`action ${action}: there is no repository ${name}`);
    const digest = await images.digestOf(`${repository.url}:${tag}`).catch((error: Error) => {
      throw new Error(`action ${action}: ${error.message}`, { cause: error });
    });
    const text = `the bill of materials of ${name}:${tag} names ${digest}; the rehearsal looks into no image`;
    timeline.emit("codepipeline", "sbom.written", text, { repository: name, tag, digest });
    const file = strToU8(`${JSON.stringify(billOfMaterials(name, tag, digest), null, 2)}\n`);
    return zipArtifact(Buffer.from(zipSync({ [fileName]: file })));
  };
}

/** Source: CycloneDX 1.5, JSON reference. */
function billOfMaterials(name: string, tag: string, digest: string): object {
  const reference = `${name}@${digest}`;
  const content = digest.replace("sha256:", "");
  return {
    bomFormat: "CycloneDX",
    specVersion: "1.5",
    serialNumber: `urn:uuid:${randomUUID()}`,
    version: 1,
    metadata: {
      timestamp: new Date().toISOString(),
      component: {
        type: "container",
        "bom-ref": reference,
        name,
        version: tag,
        hashes: [{ alg: "SHA-256", content }],
      },
      properties: [
        { name: "greenlight:rehearsal", value: "Written by a rehearsal, which has looked into nothing in the image." },
      ],
    },
    components: [],
    compositions: [{ aggregate: "unknown", assemblies: [reference] }],
  };
}
