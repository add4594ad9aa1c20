import type { PipelineAction } from "../graph/resources";
import { inputArtifact, textFile } from "./artifacts";
import { fillTemplate, type FilledTemplate } from "./fill-template";
import type { PipelineExecution } from "./execution";

/** Source: CodePipeline user guide, troubleshooting and limits ("Maximum size of input artifacts for the CodeDeployToECS action"). */
const longestArtifactBytes = 3 * 1024 * 1024;

/**
 * Reads and fills the release's files as the CodeDeployToECS action is configured to.
 *
 * @throws Error (RefusedTemplate for what is in the files) before anything is registered or started.
 */
export function readRelease(
  { configuration, inputArtifacts = [] }: PipelineAction,
  execution: PipelineExecution,
): FilledTemplate {
  for (const name of inputArtifacts) {
    const sizeBytes = inputArtifact(execution, name).zip.length;
    if (sizeBytes <= longestArtifactBytes) continue;
    const size = (sizeBytes / 1024 / 1024).toFixed(1);
    throw new Error(
      `Exception while trying to read the artifact ${name}: it has ${size} MB; CodeDeployToECS takes at most 3 MB`,
    );
  }
  const read = (artifactKey: string, file: string) => {
    const name = configuration[artifactKey] ?? "";
    return textFile(inputArtifact(execution, name), name, file);
  };
  return fillTemplate({
    taskDefinition: read("TaskDefinitionTemplateArtifact", configuration.TaskDefinitionTemplatePath ?? "taskdef.json"),
    appSpec: read("AppSpecTemplateArtifact", configuration.AppSpecTemplatePath ?? "appspec.yaml"),
    imageDetail: read("Image1ArtifactName", "imageDetail.json"),
    imagePlaceholder: configuration.Image1ContainerName ?? "",
  });
}
