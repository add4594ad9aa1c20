import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { capacityStrategy, type CapacityProvider, clusterCapacity } from "../task/capacity-providers";
import type { ServiceBirth } from "../deployment/deployment-controller";
import type { BlueGreenLoadBalancer } from "../load-balancer/load-balancer";
import type { Network } from "../network";
import { protection } from "../protection";

export interface EcsServiceArgs {
  readonly cluster: aws.ecs.Cluster;
  /** Whether the cluster is made here; the capacity providers of another's are its owner's to associate. */
  readonly ownCluster: boolean;
  readonly network: Network;
  readonly loadBalancer: BlueGreenLoadBalancer;
  readonly securityGroup: aws.ec2.SecurityGroup;
  readonly firstRevision: aws.ecs.TaskDefinitionArgs;
  /** Without them the first task cannot pull its image, nor the app do its work. */
  readonly policies: readonly pulumi.Resource[];
  readonly containerName: string;
  readonly containerPort: number;
  readonly desiredCount: number;
  readonly capacityProviders: readonly CapacityProvider[];
  /** Whether people may run commands in containers. */
  readonly executeCommand: boolean;
  /** Whether something scales the service, so that its count is not this program's. */
  readonly autoscaled: boolean;
  readonly healthCheckGracePeriodSeconds: number;
  /** Whether Pulumi refuses to delete it, and so to put another in its place. */
  readonly deletionProtection: boolean;
  /** To whom it is born. */
  readonly birth: ServiceBirth;
}

/** The Fargate service, born on blue with its first revision. */
export function ecsService(name: string, args: EcsServiceArgs, opts: pulumi.CustomResourceOptions): aws.ecs.Service {
  const { loadBalancer, birth } = args;
  const taskDefinition = new aws.ecs.TaskDefinition(name, args.firstRevision, {
    ...opts,
    // The revision that the service was born with is history. Later changes of these go into the release template, and
    // become a revision there; a new revision here would be one that nothing runs.
    ignoreChanges: [
      "containerDefinitions",
      "cpu",
      "memory",
      "runtimePlatform",
      "ephemeralStorage",
      "volumes",
      "executionRoleArn",
      "taskRoleArn",
    ],
  });
  const capacity = args.ownCluster ? clusterCapacity(name, args.cluster, opts) : undefined;
  return new aws.ecs.Service(
    name,
    {
      cluster: args.cluster.arn,
      taskDefinition: taskDefinition.arn,
      desiredCount: args.desiredCount,
      ...(args.capacityProviders.length > 0
        ? { capacityProviderStrategies: capacityStrategy(args.capacityProviders) }
        : { launchType: "FARGATE" }),
      platformVersion: "LATEST",
      deploymentController: birth.deploymentController,
      // As AWS's walk-through has them, and ECS's own defaults. On Fargate CodeDeploy uses neither; to a release by ECS
      // service.json says the same. Source: ECS API reference, DeploymentConfiguration.
      deploymentMaximumPercent: 200,
      deploymentMinimumHealthyPercent: 100,
      ...(birth.deploymentConfiguration ? { deploymentConfiguration: birth.deploymentConfiguration } : {}),
      ...(args.executeCommand ? { enableExecuteCommand: true } : {}),
      healthCheckGracePeriodSeconds: args.healthCheckGracePeriodSeconds,
      networkConfiguration: {
        subnets: args.network.privateSubnetIds,
        securityGroups: [args.securityGroup.id],
        assignPublicIp: false,
      },
      loadBalancers: [
        {
          targetGroupArn: loadBalancer.blue.arn,
          containerName: args.containerName,
          containerPort: args.containerPort,
          ...(birth.advancedConfiguration ? { advancedConfiguration: birth.advancedConfiguration } : {}),
        },
      ],
      // A first image that does not start must not keep `pulumi up` waiting; health is the load balancer's to tell.
      waitForSteadyState: false,
    },
    {
      ...opts,
      ...protection(args),
      dependsOn: [...birth.dependsOn, ...args.policies, ...(capacity ? [capacity] : [])],
      ignoreChanges: [...birth.ignoreChanges, ...(args.autoscaled ? ["desiredCount"] : [])],
    },
  );
}
