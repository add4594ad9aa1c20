import * as pulumi from "@pulumi/pulumi";

/** The commit (the app may keep its own template in it), or what is promoted. */
export const sourceArtifact = "Source";

/** The release template. */
export const templateArtifact = "ReleaseTemplate";

/** imageDetail.json and the image's tag. */
export const imageArtifact = "Image";

/** The bill of materials. */
export const sbomArtifact = "Sbom";

/**
 * CodePipeline keeps an artifact under `<pipeline>/<artifact>/<id>` and shortens both names. AWS documents that it does
 * (CodePipeline user guide, troubleshooting, "folder names appear to be truncated"), but not to how many characters; keys
 * seen in public logs, `meerkat/BuildArtif/7KbyKbn`, have ten.
 */
const artifactFolderLength = 10;

/**
 * The objects of some artifacts in a pipeline's bucket. The bucket holds this pipeline's artifacts alone, so the first
 * folder, which has the pipeline's name, may be any.
 */
export function artifactObjects(
  bucketArn: pulumi.Input<string>,
  artifacts: readonly string[],
): pulumi.Output<string>[] {
  return artifacts.map((name) => pulumi.interpolate`${bucketArn}/*/${folderPattern(name)}/*`);
}

/** Also right where CodePipeline keeps more of a name. */
function folderPattern(artifact: string): string {
  return artifact.length > artifactFolderLength ? `${artifact.slice(0, artifactFolderLength)}*` : artifact;
}
