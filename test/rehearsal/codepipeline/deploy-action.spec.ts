import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { zipArtifact } from "../../../rehearsal/codepipeline/artifacts";
import { readRelease } from "../../../rehearsal/codepipeline/deploy-action";
import { newExecution } from "../../../rehearsal/codepipeline/execution";
import { RefusedTemplate } from "../../../rehearsal/codepipeline/fill-template";
import { image, soundFiles, zip } from "./release-files";

const { taskDefinition, appSpec, imageDetail } = soundFiles;

describe("the CodeDeployToECS action", () => {
  const configuration = {
    TaskDefinitionTemplateArtifact: "Template",
    AppSpecTemplateArtifact: "Template",
    Image1ArtifactName: "Build",
    Image1ContainerName: "IMAGE1_NAME",
  };
  const action = { name: "Deploy", provider: "CodeDeployToECS", inputArtifacts: ["Template", "Build"], configuration };
  const template = { "taskdef.json": taskDefinition, "appspec.yaml": appSpec };
  const build = { "imageDetail.json": imageDetail };

  function execution(artifacts: Readonly<Record<string, Readonly<Record<string, string | Uint8Array>>>>) {
    const zipped = Object.entries(artifacts).map(([name, files]) => [name, zipArtifact(zip(files))] as const);
    return { ...newExecution("c", "s"), artifacts: new Map(zipped) };
  }

  it("reads the release from the artifacts that it is told", () => {
    const release = readRelease(action, execution({ Template: template, Build: build }));
    assert.equal(release.taskDefinition.containerDefinitions[0]?.image, image);
    assert.deepEqual(release.hooks, { AfterAllowTestTraffic: "test-green" });
  });

  it("reads the files from the paths that it is told", () => {
    const Template = { "deploy/task.json": taskDefinition, "deploy/app.yaml": appSpec };
    const paths = { TaskDefinitionTemplatePath: "deploy/task.json", AppSpecTemplatePath: "deploy/app.yaml" };
    const moved = { ...action, configuration: { ...configuration, ...paths } };
    assert.equal(readRelease(moved, execution({ Template, Build: build })).image, image);
  });

  it("refuses an artifact of more than 3 MB, compressed, whatever is in it", () => {
    const long = (bytes: number) => ({ ...template, "assets.bin": new Uint8Array(randomBytes(bytes)) });
    const large = execution({ Template: long(3.5 * 1024 * 1024), Build: build });
    assert.throws(() => readRelease(action, large), {
      message:
        "Exception while trying to read the artifact Template: it has 3.5 MB; CodeDeployToECS takes at most 3 MB",
    });
    const compressible = { ...template, "zeros.bin": new Uint8Array(8 * 1024 * 1024) };
    readRelease(action, execution({ Template: compressible, Build: build }));
    readRelease(action, execution({ Template: long(2.9 * 1024 * 1024), Build: build }));
  });

  it("refuses a run without the artifact or the file", () => {
    assert.throws(() => readRelease(action, execution({ Template: template })), {
      message: "no action made the artifact Build; there are Template",
    });
    assert.throws(() => readRelease(action, execution({ Template: template, Build: {} })), {
      message: "the artifact Build has no file imageDetail.json",
    });
    const Template = { "taskdef.json": taskDefinition };
    assert.throws(() => readRelease(action, execution({ Template, Build: build })), {
      message: "the artifact Template has no file appspec.yaml",
    });
  });

  it("refuses what is wrong in the files", () => {
    const Template = { ...template, "taskdef.json": "{}" };
    assert.throws(() => readRelease(action, execution({ Template, Build: build })), RefusedTemplate);
  });
});
