import type { Stack } from "../stack";

interface Secret {
  readonly valueFrom: string;
}

export interface Container {
  readonly image: string;
  readonly secrets?: readonly Secret[];
  readonly logConfiguration: {
    readonly logDriver: string;
    readonly options: Readonly<Record<string, string>>;
    readonly secretOptions?: readonly Secret[];
  };
  readonly mountPoints?: readonly { readonly sourceVolume: string; readonly readOnly?: boolean }[];
}

/** The containers of the revision that the service is born with. */
export function containers(stack: Stack): Container[] {
  return JSON.parse(revision(stack).containerDefinitions as string) as Container[];
}

export interface Volume {
  readonly name: string;
  readonly efsVolumeConfiguration?: {
    readonly fileSystemId: string;
    readonly authorizationConfig: { readonly accessPointId: string };
  };
}

export function volumes(stack: Stack): readonly Volume[] {
  return (revision(stack).volumes as readonly Volume[] | undefined) ?? [];
}

function revision(stack: Stack): Readonly<Record<string, unknown>> {
  return stack.graph.recorder.find("aws:ecs/taskDefinition:TaskDefinition").inputs;
}
