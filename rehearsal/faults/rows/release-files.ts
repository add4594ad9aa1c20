import { randomBytes } from "node:crypto";
import type { Fault } from "../fault";
import type { Stage } from "../stage";

const settings = { "greenlight:templateInRepository": "true" };

/** Of the service, and of its container that the load balancer sends requests to. */
const serviceName = "greenlight-dev";

const taskdef = JSON.stringify({
  family: serviceName,
  containerDefinitions: [
    { name: serviceName, image: "<IMAGE1_NAME>", essential: true, portMappings: [{ containerPort: 8080 }] },
  ],
});

/** What the file beside taskdef.json says. @default what is right */
interface Instructions {
  readonly container?: string;
  readonly port?: number;
  readonly taskDefinition?: string;
}

const placeholder = "<TASK_DEFINITION>";

const appspec = ({ container = serviceName, port = 8080, taskDefinition = placeholder }: Instructions = {}) =>
  `version: 0.0
Resources:
  - TargetService:
      Type: AWS::ECS::Service
      Properties:
        TaskDefinition: ${taskDefinition}
        LoadBalancerInfo:
          ContainerName: ${container}
          ContainerPort: ${port}
`;

/** What the right one leaves out stays as it is. */
const serviceJson = ({ rehearsal }: Stage, instructions?: Instructions) => {
  const [, cluster, service] = rehearsal.stack.service.arn.split("/");
  const { container = serviceName, port = 8080, taskDefinition = placeholder } = instructions ?? {};
  const loadBalancers = instructions && [{ containerName: container, containerPort: port }];
  return JSON.stringify({ cluster, service, taskDefinition, loadBalancers });
};

interface Files {
  readonly taskdef?: string;
  readonly instructions?: Instructions;
  /** Changes the text of the file with the instructions. */
  readonly breaking?: (text: string) => string;
  readonly further?: Readonly<Record<string, Buffer>>;
}

/** Releases a version whose repository has taskdef.json at its top, and its controller's file beside it. */
const releaseWith =
  ({ taskdef: definition = taskdef, instructions, breaking = (text) => text, further = {} }: Files) =>
  (stage: Stage) => {
    const [file, text] = stage.isDeployedByEcs
      ? (["service.json", serviceJson(stage, instructions)] as const)
      : (["appspec.yaml", appspec(instructions)] as const);
    return stage.release({ "../taskdef.json": definition, [`../${file}`]: breaking(text), ...further });
  };

/** A release that is refused, for what CodeDeploy's step says, and ECS's. */
const refused = (
  name: string,
  fault: string,
  [saying, ecsSaying]: readonly [RegExp, RegExp],
  run: Fault["run"],
): Fault => ({
  name,
  fault,
  settings,
  expected: { endState: "refused", noticed: { by: "codepipeline", saying } },
  ecsSaying,
  run,
});

/** The app keeps the release's two files in its own repository, and they are broken. */
export const releaseFiles: readonly Fault[] = [
  {
    name: "files-in-repository",
    fault: "taskdef.json and appspec.yaml, or service.json, are the repository's own, and right",
    settings,
    expected: { endState: "released", noticed: { by: "codedeploy", saying: /Succeeded/ } },
    ecsSaying: /SUCCESSFUL/,
    run: releaseWith({}),
  },
  refused(
    "files-missing",
    "the repository has no taskdef.json",
    [/the artifact Source has no file taskdef\.json/, /the artifact Source has no taskdef\.json/],
    (stage) => stage.release(),
  ),
  refused(
    "taskdef-not-json",
    "taskdef.json is not JSON",
    [/taskdef\.json: not JSON/, /taskdef\.json: not JSON/],
    releaseWith({ taskdef: taskdef.slice(0, -1) }),
  ),
  refused(
    "taskdef-no-placeholder",
    "taskdef.json has no <IMAGE1_NAME>",
    [/taskdef\.json: no container has "<IMAGE1_NAME>" as its image/, /taskdef\.json: no container has "<IMAGE1_NAME>"/],
    releaseWith({ taskdef: taskdef.replace("<IMAGE1_NAME>", "nginx:latest") }),
  ),
  refused(
    "instructions-broken",
    "appspec.yaml is not YAML, or service.json is not JSON",
    [/appspec\.yaml: not YAML/, /service\.json: not JSON/],
    releaseWith({ breaking: (text) => `${text}\n\t[` }),
  ),
  refused(
    "instructions-no-placeholder",
    "appspec.yaml or service.json has no <TASK_DEFINITION>",
    [/appspec\.yaml: TaskDefinition is "greenlight-dev:1"/, /service\.json: taskDefinition is "greenlight-dev:1"/],
    releaseWith({ instructions: { taskDefinition: "greenlight-dev:1" } }),
  ),
  refused(
    "instructions-wrong-container",
    "appspec.yaml or service.json names a container that is not there",
    [
      /appspec\.yaml: taskdef\.json has no container "web"; it has greenlight-dev/,
      /service\.json: taskdef\.json has no container "web"; it has greenlight-dev/,
    ],
    releaseWith({ instructions: { container: "web" } }),
  ),
  refused(
    "instructions-wrong-port",
    "appspec.yaml or service.json names a port that the container does not map",
    [
      /appspec\.yaml: container "greenlight-dev" maps no port 80 in taskdef\.json/,
      /service\.json: container "greenlight-dev" maps no port 80 in taskdef\.json/,
    ],
    releaseWith({ instructions: { port: 80 } }),
  ),
  {
    name: "artifact-too-big",
    // The function that deploys to ECS reads the two files out of the artifact, however large it is.
    controllers: ["CODE_DEPLOY"],
    fault: "the deploy action's input artifact is larger than 3 MB",
    settings,
    expected: {
      endState: "refused",
      noticed: {
        by: "codepipeline",
        saying: /the artifact Source: it has 3\.\d MB; CodeDeployToECS takes at most 3 MB/,
      },
    },
    run: (stage) => releaseWith({ further: { "big.bin": randomBytes(3_300_000) } })(stage),
  },
];
