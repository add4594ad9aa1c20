import assert from "node:assert/strict";
import fc from "fast-check";
import { parse, stringify } from "yaml";
import { zipSync } from "fflate";
import { fill } from "../../hooks/ecs-release/fill";
import { zipArtifact } from "../../rehearsal/codepipeline/artifacts";
import { readRelease } from "../../rehearsal/codepipeline/deploy-action";
import { newExecution } from "../../rehearsal/codepipeline/execution";
import { fillTemplate, RefusedTemplate, type ReleaseFiles } from "../../rehearsal/codepipeline/fill-template";
import { devGraph, programGraph, releaseTemplate } from "../support/graph";
import { garbled, many, mutated } from "./mutations";

const image = `123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop@sha256:${"0".repeat(64)}`;
const imageDetail = JSON.stringify({ ImageURI: image });
const anyFile = (sound: string, read: (text: string) => unknown, write: (value: unknown) => string) =>
  fc.oneof(garbled(sound), mutated(read(sound)).map(write), fc.constant(sound));
const anyJson = (sound: string) => anyFile(sound, JSON.parse, (value) => JSON.stringify(value));

describe("release files of any content", () => {
  let sound: ReleaseFiles;

  before(async () => {
    const files = releaseTemplate(await devGraph());
    const [taskDefinition, appSpec] = [files["taskdef.json"]!, files["appspec.yaml"]!];
    sound = { taskDefinition, appSpec, imageDetail, imagePlaceholder: "IMAGE1_NAME" };
    assert.ok(fillTemplate(sound));
  });

  it("are filled, or refused with the file and the reason of everything that is wrong", () => {
    const files = fc.record({
      taskDefinition: anyJson(sound.taskDefinition),
      appSpec: anyFile(sound.appSpec, parse, (value) => stringify(value)),
      imageDetail: anyJson(imageDetail),
    });
    fc.assert(
      fc.property(files, (given) => {
        try {
          const { taskDefinition, containerName, hooks } = fillTemplate({ ...sound, ...given });
          assert.ok(taskDefinition.containerDefinitions.some(({ name }) => name === containerName));
          assert.ok(Object.values(hooks).every((name) => typeof name === "string"));
        } catch (error) {
          assert.ok(error instanceof RefusedTemplate, String(error));
          assert.ok(error.problems.length > 0);
          for (const problem of error.problems)
            assert.match(problem, /^(taskdef\.json|appspec\.yaml|imageDetail\.json): \S/);
        }
      }),
      many,
    );
  });

  it("are refused by name in an artifact that is no zip, or lacks them", () => {
    const files = {
      "taskdef.json": sound.taskDefinition,
      "appspec.yaml": sound.appSpec,
      "imageDetail.json": imageDetail,
    };
    const bytes = Object.fromEntries(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)]));
    const zip = Buffer.from(zipSync(bytes));
    const garbage = fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map((content) => Buffer.from(content)),
      fc.nat(zip.length - 1).map((length) => zip.subarray(0, length)),
      fc.tuple(fc.nat(zip.length - 1), fc.nat(255)).map(([at, byte]) => {
        const changed = Buffer.from(zip);
        changed[at] = byte;
        return changed;
      }),
    );
    const artifact = { name: "Template", provider: "CodeDeployToECS" };
    const configuration = {
      TaskDefinitionTemplateArtifact: "Template",
      AppSpecTemplateArtifact: "Template",
      Image1ArtifactName: "Template",
      Image1ContainerName: "IMAGE1_NAME",
    };
    fc.assert(
      fc.property(garbage, (content) => {
        const artifacts = new Map([["Template", zipArtifact(content)]]);
        const execution = { ...newExecution("", ""), artifacts };
        try {
          readRelease({ ...artifact, configuration, inputArtifacts: ["Template"] }, execution);
        } catch (error) {
          assert.match((error as Error).message, /Template|taskdef\.json|appspec\.yaml|imageDetail\.json/);
        }
      }),
      many,
    );
  });

  it("of ECS's own controller are filled, or refused in the same way", async () => {
    const files = releaseTemplate(await programGraph({}, { controller: "ECS" }));
    const own = {
      "taskdef.json": files["taskdef.json"]!,
      "service.json": files["service.json"]!,
      "imageDetail.json": imageDetail,
    };
    assert.ok(fill(own));
    const given = fc.record({
      "taskdef.json": anyJson(own["taskdef.json"]),
      "service.json": anyJson(own["service.json"]),
      "imageDetail.json": anyJson(imageDetail),
    });
    fc.assert(
      fc.property(given, (release) => {
        try {
          const { taskDefinition, serviceUpdate, alarmNames } = fill(release);
          assert.ok(taskDefinition.containerDefinitions!.length > 0);
          assert.equal(serviceUpdate("arn").taskDefinition, "arn");
          assert.ok(Array.isArray(alarmNames));
        } catch (error) {
          assert.match((error as Error).message, /^(taskdef\.json|service\.json|imageDetail\.json): \S/, String(error));
        }
      }),
      many,
    );
  });
});
