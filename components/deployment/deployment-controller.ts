import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { NamedAlarm } from "./alarms";
import type { CapacityProvider } from "../task/capacity-providers";
import type { ControllerType } from "./controller-type";
import type { BlueGreenLoadBalancer } from "../load-balancer/load-balancer";
import type { Network } from "../network";
import type { EventPatterns } from "../notifications/notifications";
import type { Statement } from "../policy";
import type { PrivateBucket } from "../private-bucket";

/** What a controller knows of the service that it releases. */
export interface ReleasedService {
  readonly cluster: aws.ecs.Cluster;
  readonly service: aws.ecs.Service;
  readonly network: Network;
  readonly loadBalancer: BlueGreenLoadBalancer;
  readonly securityGroup: aws.ec2.SecurityGroup;
  readonly taskFamily: string;
  readonly containerName: string;
  readonly containerPort: number;
  readonly capacityProviders: readonly CapacityProvider[];
  readonly executionRole: aws.iam.Role;
  readonly taskRole: aws.iam.Role;
  /** Alarms that roll a release back. */
  readonly alarms: readonly NamedAlarm[];
}

/** How a service is born to its controller. */
export interface ServiceBirth {
  readonly deploymentController: { readonly type: ControllerType };
  readonly deploymentConfiguration?: aws.types.input.ecs.ServiceDeploymentConfiguration;
  /** Of the load balancer, besides the target group and the container. */
  readonly advancedConfiguration?: aws.types.input.ecs.ServiceLoadBalancerAdvancedConfiguration;
  /** What must be there before it. */
  readonly dependsOn: pulumi.Resource[];
  /** Its properties that from then on belong to the releases. */
  readonly ignoreChanges: readonly string[];
}

/** What the test hook is told, and allowed, so that it can prove green. */
export interface TestHookTerms {
  /** Invokes the hook. */
  readonly invoker: aws.iam.Role;
  /** What the hook asks AWS about. */
  readonly statements: readonly Statement[];
  readonly environment: Readonly<Record<string, pulumi.Input<string>>>;
}

/** What the pipeline lends to its deploy step. */
export interface DeployStepArgs {
  readonly artifacts: PrivateBucket;
  /** The input artifact with the release template's files. */
  readonly templateArtifact: string;
  /** Whether these are the app's own, from its repository. */
  readonly ownTemplate: boolean;
  readonly logRetentionDays: number;
}

/** The pipeline's stage Deploy. */
export interface DeployStep {
  readonly action: aws.types.input.codepipeline.PipelineStageAction;
  /** What the pipeline's role needs for it. */
  readonly statements: readonly Statement[];
  /** The pipeline's physical name, where the step must know it before the pipeline is there. @default Pulumi's choice */
  readonly pipelineName?: string;
  /** To be called when the pipeline is there. */
  readonly attach?: (pipeline: aws.codepipeline.Pipeline) => void;
}

/** All that the pipeline, the release template and the test hook need to know of who releases the service. */
export interface DeploymentController {
  readonly type: ControllerType;
  readonly testHook: TestHookTerms;
  /** What EventBridge tells of its deployments; nothing where the controller itself tells people. */
  readonly deploymentEvents: EventPatterns;
  /** The file of the release template, besides taskdef.json, that says how to deploy. */
  readonly instructionsFile: string;
  /** @param hook tests green; without it nothing does */
  instructions(hook: aws.lambda.Function | undefined): pulumi.Output<string>;
  deployStep(name: string, args: DeployStepArgs, opts: pulumi.CustomResourceOptions): DeployStep;
}
