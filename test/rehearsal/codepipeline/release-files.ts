import { zipSync } from "fflate";
import { stringify } from "yaml";
import type { ReleaseFiles } from "../../../rehearsal/codepipeline/fill-template";

export const image = `123456789012.dkr.ecr.eu-central-1.amazonaws.com/app@sha256:${"a".repeat(64)}`;

/** A sound taskdef.json. */
export const taskDefinition = {
  family: "app",
  cpu: "256",
  containerDefinitions: [
    { name: "app", image: "<IMAGE1_NAME>", portMappings: [{ containerPort: 3000 }], environment: [] },
    { name: "sidecar", image: "public.ecr.aws/sidecar:1", essential: false },
  ],
};

const service = {
  TaskDefinition: "<TASK_DEFINITION>",
  LoadBalancerInfo: { ContainerName: "app", ContainerPort: 3000 },
  PlatformVersion: "LATEST",
};

/** appspec.yaml, sound but for the changes. */
export function appSpec(change: object = {}, serviceChange: object = {}): string {
  const Properties = { ...service, ...serviceChange };
  const Resources = [{ TargetService: { Type: "AWS::ECS::Service", Properties } }];
  return stringify({ version: 0.0, Resources, Hooks: [{ AfterAllowTestTraffic: "test-green" }], ...change });
}

/** The three files of a sound release. */
export const soundFiles: ReleaseFiles = {
  taskDefinition: JSON.stringify(taskDefinition),
  appSpec: appSpec(),
  imageDetail: JSON.stringify({ ImageURI: image }),
  imagePlaceholder: "IMAGE1_NAME",
};

/** A zip of text or binary files. */
export function zip(files: Readonly<Record<string, string | Uint8Array>>): Buffer {
  const entries = Object.entries(files).map(([name, content]) => [name, new Uint8Array(Buffer.from(content))] as const);
  return Buffer.from(zipSync(Object.fromEntries(entries)));
}
