import type { RegisterTaskDefinitionRequest, UpdateServiceRequest } from "@aws-sdk/client-ecs";
import { type Json, taskDefinitionMistakes } from "../../aws-rules";
import { tagKeys } from "./deployments";
import { misshapen, type Shape } from "./shape";
import {
  imageFile,
  imagePlaceholder,
  serviceUpdateFile,
  taskDefinitionFile,
  taskDefinitionPlaceholder,
} from "./template-files";

/** As far as a release reads them. Source: ECS API reference, RegisterTaskDefinition and UpdateService. */
const shapes: Readonly<Record<keyof ReleaseFiles, Shape>> = {
  [taskDefinitionFile]: {
    family: "string",
    containerDefinitions: [{ name: "string", image: "string", portMappings: [{ containerPort: "number" }] }],
  },
  [serviceUpdateFile]: {
    service: "string",
    taskDefinition: "string",
    loadBalancers: [{ containerName: "string", containerPort: "number" }],
    deploymentConfiguration: { alarms: { alarmNames: ["string"] } },
  },
  [imageFile]: { ImageURI: "string" },
};

export interface ReleaseFiles {
  readonly [taskDefinitionFile]: string;
  readonly [serviceUpdateFile]: string;
  readonly [imageFile]: string;
}

export interface Release {
  readonly image: string;
  readonly taskDefinition: RegisterTaskDefinitionRequest;
  /** The update for a revision of it. */
  readonly serviceUpdate: (taskDefinitionArn: string) => UpdateServiceRequest;
  /** Alarms that must be quiet before it starts. */
  readonly alarmNames: readonly string[];
}

/** Puts the image into the task definition. Throws, with every reason at once, before anything is registered. */
export function fill(files: ReleaseFiles): Release {
  const problems: string[] = [];
  const read = <T>(file: keyof ReleaseFiles): T | undefined => {
    try {
      const value: unknown = JSON.parse(files[file]);
      const wrong = misshapen(value, shapes[file]).map((problem) => `${file}: ${problem}`);
      problems.push(...wrong);
      return wrong.length > 0 ? undefined : (value as T);
    } catch (error) {
      problems.push(`${file}: not JSON (${(error as Error).message})`);
      return undefined;
    }
  };
  const definition = read<RegisterTaskDefinitionRequest>(taskDefinitionFile);
  const update = read<UpdateServiceRequest>(serviceUpdateFile);
  const image = read<{ ImageURI?: string }>(imageFile)?.ImageURI;
  if (!image) problems.push(`${imageFile}: expected {"ImageURI": "repository@sha256:…"}`);
  problems.push(...definitionProblems(definition), ...updateProblems(update, definition));
  if (problems.length > 0 || !definition || !update || !image) throw new Error(problems.join("; "));
  const containerDefinitions = definition.containerDefinitions?.map((container) =>
    container.image === imagePlaceholder ? { ...container, image } : container,
  );
  return {
    image,
    taskDefinition: { ...definition, containerDefinitions },
    serviceUpdate: (taskDefinition) => ({ ...update, taskDefinition }),
    alarmNames: update.deploymentConfiguration?.alarms?.alarmNames ?? [],
  };
}

function definitionProblems(definition: RegisterTaskDefinitionRequest | undefined): string[] {
  if (!definition) return [];
  if (!definition.family) return [`${taskDefinitionFile}: has no family`];
  const problems = taskDefinitionMistakes(definition as unknown as Json, Object.keys(tagKeys).length);
  if (!definition.containerDefinitions?.some(({ image }) => image === imagePlaceholder)) {
    problems.push(`no container has "${imagePlaceholder}" as its image; the release's image belongs there`);
  }
  return problems.map((problem) => `${taskDefinitionFile}: ${problem}`);
}

function updateProblems(
  update: UpdateServiceRequest | undefined,
  definition: RegisterTaskDefinitionRequest | undefined,
): string[] {
  if (!update) return [];
  const problems: string[] = [];
  const { taskDefinition = "none", service, loadBalancers = [] } = update;
  if (!service) problems.push("names no service");
  if (taskDefinition !== taskDefinitionPlaceholder) {
    problems.push(`taskDefinition is "${taskDefinition}"; expected the literal ${taskDefinitionPlaceholder}`);
  }
  for (const { containerName, containerPort } of definition ? loadBalancers : []) {
    const containers = definition?.containerDefinitions ?? [];
    const container = containers.find(({ name }) => name === containerName);
    const names = containers.map(({ name }) => name).join(", ");
    if (!container) problems.push(`${taskDefinitionFile} has no container "${containerName}"; it has ${names}`);
    else if (!container.portMappings?.some((mapping) => mapping.containerPort === containerPort)) {
      problems.push(`container "${containerName}" maps no port ${containerPort} in ${taskDefinitionFile}`);
    }
  }
  return problems.map((problem) => `${serviceUpdateFile}: ${problem}`);
}
