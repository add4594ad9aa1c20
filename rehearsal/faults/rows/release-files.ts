import { randomBytes } from "node:crypto";
import type { Fault } from "../fault";
import type { Stage } from "../stage";

const settings = { "greenlight:templateInRepository": "true" };

const taskDefinition = {
  family: "greenlight-dev",
  containerDefinitions: [
    { name: "app", image: "<IMAGE1_NAME>", essential: true, portMappings: [{ containerPort: 8080 }] },
  ],
};
const taskdef = JSON.stringify(taskDefinition);

const appspec = (change: { readonly container?: string; readonly port?: number; readonly taskDefinition?: string }) =>
  `version: 0.0
Resources:
  - TargetService:
      Type: AWS::ECS::Service
      Properties:
        TaskDefinition: ${change.taskDefinition ?? "<TASK_DEFINITION>"}
        LoadBalancerInfo:
          ContainerName: ${change.container ?? "app"}
          ContainerPort: ${change.port ?? 8080}
`;

/** Releases a version whose repository has these two files at its top. */
const releaseWith = (files: { readonly taskdef?: string; readonly appspec?: string }) => (stage: Stage) =>
  stage.release({ "../taskdef.json": files.taskdef ?? taskdef, "../appspec.yaml": files.appspec ?? appspec({}) });

const refused = (name: string, fault: string, saying: RegExp, run: Fault["run"]): Fault => ({
  name,
  fault,
  controllers: ["CODE_DEPLOY"],
  settings,
  expected: { endState: "refused", noticed: { by: "codepipeline", saying } },
  run,
});

const refusedByEcs = (...[name, fault, saying, run]: Parameters<typeof refused>): Fault => ({
  ...refused(name, fault, saying, run),
  controllers: ["ECS"],
});

/** Releases a version whose repository has this taskdef.json, and a service.json with these changes. */
const releaseWithUpdate =
  (change: object, taskDefinitionText = taskdef) =>
  (stage: Stage) =>
    stage.release({
      "../taskdef.json": taskDefinitionText,
      "../service.json": JSON.stringify({ service: "greenlight-dev", taskDefinition: "<TASK_DEFINITION>", ...change }),
    });

/** The app keeps the release's two files in its own repository, and they are broken. */
export const releaseFiles: readonly Fault[] = [
  {
    name: "files-in-repository",
    controllers: ["CODE_DEPLOY"],
    fault: "taskdef.json and appspec.yaml are the repository's own, and right",
    settings,
    expected: { endState: "released", noticed: { by: "codedeploy", saying: /Succeeded/ } },
    run: releaseWith({}),
  },
  refused(
    "files-missing",
    "the repository has no taskdef.json",
    /the artifact Source has no file taskdef\.json/,
    (stage) => stage.release(),
  ),
  refused(
    "taskdef-not-json",
    "taskdef.json is not JSON",
    /taskdef\.json: not JSON/,
    releaseWith({ taskdef: taskdef.slice(0, -1) }),
  ),
  refused(
    "taskdef-no-placeholder",
    "taskdef.json has no <IMAGE1_NAME>",
    /taskdef\.json: no container has "<IMAGE1_NAME>" as its image/,
    releaseWith({ taskdef: taskdef.replace("<IMAGE1_NAME>", "nginx:latest") }),
  ),
  refused(
    "appspec-not-yaml",
    "appspec.yaml is not YAML",
    /appspec\.yaml: not YAML/,
    releaseWith({ appspec: "version: 0.0\n\tResources: [" }),
  ),
  refused(
    "appspec-no-placeholder",
    "appspec.yaml has no <TASK_DEFINITION>",
    /appspec\.yaml: TaskDefinition is "greenlight-dev:1"/,
    releaseWith({ appspec: appspec({ taskDefinition: "greenlight-dev:1" }) }),
  ),
  refused(
    "appspec-wrong-container",
    "appspec.yaml names a container that is not there",
    /appspec\.yaml: taskdef\.json has no container "web"; it has app/,
    releaseWith({ appspec: appspec({ container: "web" }) }),
  ),
  refused(
    "appspec-wrong-port",
    "appspec.yaml names a port that the container does not map",
    /appspec\.yaml: container "app" maps no port 80 in taskdef\.json/,
    releaseWith({ appspec: appspec({ port: 80 }) }),
  ),
  refused(
    "artifact-too-big",
    "the deploy action's input artifact is larger than 3 MB",
    /the artifact Source: it has 3\.\d MB; CodeDeployToECS takes at most 3 MB/,
    (stage) =>
      stage.release({ "../taskdef.json": taskdef, "../appspec.yaml": appspec({}), "big.bin": randomBytes(3_300_000) }),
  ),
  refusedByEcs(
    "taskdef-broken",
    "taskdef.json is not JSON",
    /taskdef\.json: not JSON/,
    releaseWithUpdate({}, taskdef.slice(0, -1)),
  ),
  refusedByEcs(
    "service-no-placeholder",
    "service.json has no <TASK_DEFINITION>",
    /service\.json: taskDefinition is "greenlight-dev:1"/,
    releaseWithUpdate({ taskDefinition: "greenlight-dev:1" }),
  ),
  refusedByEcs(
    "service-wrong-container",
    "service.json names a container that is not there",
    /service\.json: taskdef\.json has no container "web"; it has app/,
    releaseWithUpdate({ loadBalancers: [{ containerName: "web", containerPort: 8080 }] }),
  ),
  refusedByEcs(
    "service-wrong-port",
    "service.json names a port that the container does not map",
    /service\.json: container "app" maps no port 80 in taskdef\.json/,
    releaseWithUpdate({ loadBalancers: [{ containerName: "app", containerPort: 80 }] }),
  ),
];
