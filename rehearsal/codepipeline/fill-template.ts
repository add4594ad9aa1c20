import { parse } from "yaml";
import { z } from "zod";
import { type Json, taskDefinitionMistakes } from "../../aws-rules";
import { hookableEvents } from "../codedeploy/lifecycle";

export interface ReleaseFiles {
  /** taskdef.json, with the image's placeholder. */
  readonly taskDefinition: string;
  /** appspec.yaml, with `<TASK_DEFINITION>`. */
  readonly appSpec: string;
  /** imageDetail.json, as the build wrote it. */
  readonly imageDetail: string;
  /** The placeholder without its brackets: the action's Image1ContainerName. */
  readonly imagePlaceholder: string;
}

/** Source of the defaults: ECS API, HealthCheck. */
const healthCheck = z.object({
  command: z.array(z.string()).min(1),
  interval: z.number().default(30),
  timeout: z.number().default(5),
  retries: z.number().default(3),
  startPeriod: z.number().default(0),
});

const containerDefinition = z.looseObject({
  name: z.string(),
  image: z.string(),
  essential: z.boolean().default(true),
  entryPoint: z.array(z.string()).optional(),
  command: z.array(z.string()).optional(),
  healthCheck: healthCheck.optional(),
  environment: z.array(z.object({ name: z.string(), value: z.string() })).default([]),
  secrets: z.array(z.object({ name: z.string(), valueFrom: z.string() })).default([]),
  portMappings: z.array(z.looseObject({ containerPort: z.number() })).default([]),
  stopTimeout: z.number().default(30),
});

const taskDefinition = z.looseObject({
  family: z.string(),
  containerDefinitions: z.array(containerDefinition).min(1),
});

/** RegisterTaskDefinition's input, as far as a release reads it. */
export type RegisteredTaskDefinition = z.output<typeof taskDefinition>;

const appSpec = z.looseObject({
  version: z.union([z.literal(0), z.literal("0.0")]),
  Resources: z
    .array(
      z.strictObject({
        TargetService: z.looseObject({
          Type: z.literal("AWS::ECS::Service"),
          Properties: z.looseObject({
            TaskDefinition: z.string(),
            LoadBalancerInfo: z.looseObject({ ContainerName: z.string(), ContainerPort: z.number() }),
          }),
        }),
      }),
    )
    .length(1),
  Hooks: z.array(z.record(z.string(), z.string())).nullish(),
});

export interface FilledTemplate {
  readonly taskDefinition: RegisteredTaskDefinition;
  /** Function names by lifecycle event. */
  readonly hooks: Readonly<Record<string, string>>;
  readonly image: string;
  /** The container and its port that the load balancer sends requests to. */
  readonly containerName: string;
  readonly containerPort: number;
}

/** The release's files are refused before any task starts; every reason at once. */
export class RefusedTemplate extends Error {
  constructor(readonly problems: readonly string[]) {
    super(problems.join("; "));
    this.name = "RefusedTemplate";
  }
}

/**
 * Puts the image into the task definition as the CodeDeployToECS action does, and refuses what it, ECS or CodeDeploy
 * would refuse. Source: CodePipeline user guide, action-reference-ECSbluegreen and file-reference.
 *
 * @throws RefusedTemplate
 */
export function fillTemplate(files: ReleaseFiles): FilledTemplate {
  const problems: string[] = [];
  const attempt = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      problems.push((error as Error).message);
      return undefined;
    }
  };
  const image = attempt(() => readImage(files.imageDetail));
  const definition = attempt(() => readTaskDefinition(files, image ?? ""));
  const spec = attempt(() => readAppSpec(files.appSpec));
  if (definition && spec) attempt(() => checkContainer(definition, spec));
  if (problems.length > 0 || !image || !definition || !spec) throw new RefusedTemplate(problems);
  return { taskDefinition: definition, image, ...spec };
}

function readImage(text: string): string {
  const parsed = z.object({ ImageURI: z.string().min(1) }).safeParse(json("imageDetail.json", text));
  if (!parsed.success) throw new Error('imageDetail.json: expected {"ImageURI": "repository@sha256:…"}');
  return parsed.data.ImageURI;
}

function readTaskDefinition({ taskDefinition: text, imagePlaceholder }: ReleaseFiles, image: string) {
  const placeholder = `<${imagePlaceholder}>`;
  const definition = parseTaskDefinition(json("taskdef.json", text));
  const { containerDefinitions } = definition;
  if (!containerDefinitions.some((container) => container.image === placeholder)) {
    throw new Error(`taskdef.json: no container has "${placeholder}" as its image; the release's image belongs there`);
  }
  const filled = containerDefinitions.map((it) => (it.image === placeholder ? { ...it, image } : it));
  return { ...definition, containerDefinitions: filled };
}

/** Reads RegisterTaskDefinition's input. Throws an Error that names everything wrong with it. */
export function parseTaskDefinition(value: unknown): RegisteredTaskDefinition {
  const parsed = taskDefinition.safeParse(value);
  if (!parsed.success) throw new Error(`taskdef.json: ${reasons(parsed.error)}`);
  const mistakes = taskDefinitionMistakes(value as Json);
  if (mistakes.length > 0) throw new Error(`taskdef.json: ${mistakes.join(" ")}`);
  return parsed.data;
}

function readAppSpec(text: string) {
  let value: unknown;
  try {
    // Its warnings are for whoever wrote the file, not for the terminal.
    value = parse(text, { logLevel: "error" });
  } catch (error) {
    throw new Error(`appspec.yaml: not YAML (${(error as Error).message.split("\n")[0]})`);
  }
  const parsed = appSpec.safeParse(value);
  if (!parsed.success) throw new Error(`appspec.yaml: ${reasons(parsed.error)}`);
  const { TaskDefinition, LoadBalancerInfo } = parsed.data.Resources[0]!.TargetService.Properties;
  if (TaskDefinition !== "<TASK_DEFINITION>") {
    throw new Error(`appspec.yaml: TaskDefinition is "${TaskDefinition}"; expected the literal <TASK_DEFINITION>`);
  }
  const hooks = Object.assign({}, ...(parsed.data.Hooks ?? [])) as Record<string, string>;
  const unknown = Object.keys(hooks).filter((event) => !hookableEvents.some((one) => one === event));
  if (unknown.length > 0) {
    throw new Error(`appspec.yaml: ${unknown.join(", ")} takes no hook; these do: ${hookableEvents.join(", ")}`);
  }
  return { hooks, containerName: LoadBalancerInfo.ContainerName, containerPort: LoadBalancerInfo.ContainerPort };
}

function checkContainer(
  { containerDefinitions }: RegisteredTaskDefinition,
  { containerName, containerPort }: Pick<FilledTemplate, "containerName" | "containerPort">,
): void {
  const container = containerDefinitions.find(({ name }) => name === containerName);
  const names = containerDefinitions.map(({ name }) => name).join(", ");
  if (!container) throw new Error(`appspec.yaml: taskdef.json has no container "${containerName}"; it has ${names}`);
  if (container.portMappings.some((mapping) => mapping.containerPort === containerPort)) return;
  throw new Error(`appspec.yaml: container "${containerName}" maps no port ${containerPort} in taskdef.json`);
}

function json(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${file}: not JSON (${(error as Error).message})`);
  }
}

function reasons(error: z.ZodError): string {
  return error.issues.map(({ path, message }) => `${path.join(".") || "the whole"}: ${message}`).join(", ");
}
