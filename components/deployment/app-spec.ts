import { stringify } from "yaml";
import type { CapacityProvider } from "../task/capacity-providers";

/** Lifecycle events of an ECS deployment that may have a hook. Source: CodeDeploy user guide, reference-appspec-file-structure-hooks. */
export type HookableEvent =
  "BeforeInstall" | "AfterInstall" | "AfterAllowTestTraffic" | "BeforeAllowTraffic" | "AfterAllowTraffic";

export interface AppSpec {
  readonly containerName: string;
  readonly containerPort: number;
  /** All or none: CodeDeploy keeps the service's settings only if the AppSpec names none of the three. */
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
  readonly assignPublicIp: boolean;
  /** Without any CodeDeploy removes those that the service has. @default the launch type FARGATE */
  readonly capacityProviders?: readonly CapacityProvider[];
  /** Function names by lifecycle event. */
  readonly hooks: Readonly<Partial<Record<HookableEvent, string>>>;
}

export const appSpecFile = "appspec.yaml";

/**
 * Renders appspec.yaml. `<TASK_DEFINITION>` is the literal that CodePipeline replaces by the new revision's ARN.
 * Source: CodePipeline user guide, action-reference-ECSbluegreen; CodeDeploy user guide, reference-appspec-file.
 */
export function renderAppSpec(spec: AppSpec): string {
  return stringify({
    version: 0.0,
    Resources: [
      {
        TargetService: {
          Type: "AWS::ECS::Service",
          Properties: {
            TaskDefinition: "<TASK_DEFINITION>",
            LoadBalancerInfo: { ContainerName: spec.containerName, ContainerPort: spec.containerPort },
            PlatformVersion: "LATEST",
            ...(spec.capacityProviders?.length ? { CapacityProviderStrategy: strategy(spec.capacityProviders) } : {}),
            NetworkConfiguration: {
              AwsvpcConfiguration: {
                Subnets: spec.subnetIds,
                SecurityGroups: spec.securityGroupIds,
                AssignPublicIp: spec.assignPublicIp ? "ENABLED" : "DISABLED",
              },
            },
          },
        },
      },
    ],
    Hooks: Object.entries(spec.hooks).map(([event, functionName]) => ({ [event]: functionName })),
  }).replace(/^version: 0$/m, "version: 0.0");
}

function strategy(providers: readonly CapacityProvider[]) {
  return providers.map(({ name, weight, base = 0 }) => ({ CapacityProvider: name, Weight: weight, Base: base }));
}
