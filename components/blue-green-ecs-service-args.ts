import type * as pulumi from "@pulumi/pulumi";
import { arns, ecs, elb } from "../aws-rules";
import type { Notifications } from "./notifications/notifications";
import { alarmProblems, type Alarms } from "./deployment/alarms";
import { type Autoscaling, autoscalingProblems } from "./service/autoscaling";
import { capacityProblems, type CapacityProvider } from "./task/capacity-providers";
import { withDefaults } from "./defaults";
import { controllerProblems, durationProblems } from "./deployment/controller-problems";
import type { ControllerType } from "./deployment/controller-type";
import { portProblems, retentionProblems, sizeProblems } from "./limits";
import { cidrProblems } from "./load-balancer/cidr-problems";
import { healthCheckProblems } from "./load-balancer/health-check-problems";
import { type Https, httpsProblems } from "./load-balancer/https";
import type { HealthCheck, SharedLoadBalancer } from "./load-balancer/load-balancer-args";
import {
  type LoadBalancerOptions,
  loadBalancerProblems,
  type TargetOptions,
} from "./load-balancer/load-balancer-options";
import { idProblems, type Network, subnetProblems } from "./network";
import type { Problem } from "./problems";
import { type Ranges, rangeProblems, textProblem, textProblems } from "./rule-problems";
import { sharedLoadBalancerProblems } from "./load-balancer/shared-load-balancer-problems";
import { allAtOnce, type ShiftStep, shiftProblems } from "./deployment/traffic-shift";
import { taskDefaults, type TaskOptions, taskProblems } from "./task/task-options";
import { type TestHeader, testHeaderProblems } from "./load-balancer/test-header";

export interface BlueGreenEcsServiceArgs extends TargetOptions, TaskOptions {
  readonly network: Network;
  /** The image that the service is born with, by tag or digest; it must be there to pull. Later images come by release. */
  readonly image: pulumi.Input<string>;
  /** ECR repository that the releases' images come from. */
  readonly repositoryArn: pulumi.Input<string>;
  /** Shares of Fargate and Fargate Spot. @default Fargate alone, as launch type */
  readonly capacityProviders?: readonly CapacityProvider[];
  /** Scales the service between two counts; then `desiredCount` is only what it is born with. @default a fixed count */
  readonly autoscaling?: Autoscaling;
  /** A cluster that is there already, by ARN; its settings and capacity providers are its owner's. @default one is made */
  readonly clusterArn?: pulumi.Input<string>;
  /** Tasks. @default 1 */
  readonly desiredCount?: number;
  /** @default 8080 */
  readonly productionPort?: number;
  /** @default 8090 */
  readonly testPort?: number;
  /** Instead of a test port: requests to the production port with this header are test traffic. ECS only. @default a test port */
  readonly testHeader?: TestHeader;
  /** Who may open the production port. @default everyone */
  readonly productionCidrs?: readonly string[];
  /** Who may open the test port, besides the test hook. @default nobody */
  readonly testCidrs?: readonly string[];
  /** HTTPS for both listeners. @default both speak HTTP */
  readonly https?: Https;
  /** What the load balancer has besides its listeners. @default {} */
  readonly loadBalancer?: LoadBalancerOptions;
  /** A place behind a load balancer that is there already, by host or path. @default a load balancer of its own */
  readonly sharedLoadBalancer?: SharedLoadBalancer;
  readonly healthCheck?: HealthCheck;
  /** Seconds after a task's start in which failed health checks do not end it. @default 60 */
  readonly healthCheckGracePeriodSeconds?: number;
  /** Seconds that requests in flight get when a task leaves its target group. @default 30 */
  readonly deregistrationDelaySeconds?: number;
  /**
   * Who releases: CodeDeploy, or ECS itself, which needs no CodeDeploy and knows the header, the circuit breaker and
   * longer tests. docs/moving-controllers.md tells how a service that is live changes from one to the other. @default "CODE_DEPLOY"
   */
  readonly controller?: ControllerType;
  /** Ends and rolls back a release whose tasks do not get healthy, long before ECS's day. ECS only. @default true with ECS */
  readonly deploymentCircuitBreaker?: boolean;
  /** How traffic shifts, by the name of a CodeDeploy configuration for ECS. @default "CodeDeployDefault.ECSAllAtOnce" */
  readonly deploymentConfigName?: string;
  /** Instead of it: a first share of traffic, and after some minutes the rest. @default none */
  readonly canary?: ShiftStep;
  /** Instead of either: equal shares of traffic, some minutes apart. @default none */
  readonly linear?: ShiftStep;
  /** Minutes that each release waits for a person's "continue", and is undone without it; 1 to 2880, ECS 1320. @default no such wait */
  readonly approvalWaitMinutes?: number;
  /** Minutes that blue goes on running after the shift; 0 to 2880, ECS 1440. @default 5 */
  readonly terminationWaitMinutes?: number;
  /** Alarms made here that roll a release back, and keep one from starting while they fire. @default none */
  readonly alarms?: Alarms;
  /** The same by alarms that are there already, by name; at most 10 in all. @default none */
  readonly alarmNames?: readonly pulumi.Input<string>[];
  /** Are told when a deployment is rolled back or stopped, or waits for a person. @default nobody is told */
  readonly notifications?: Notifications;
  /** @default 30 */
  readonly logRetentionDays?: number;
  /** Keeps the service, its load balancer and production's listener from being deleted, or replaced. @default false */
  readonly deletionProtection?: boolean;
}

type Needed = "network" | "image" | "repositoryArn";
type NoneUnlessGiven =
  | Exclude<keyof TaskOptions, keyof typeof taskDefaults>
  | "alarms"
  | "approvalWaitMinutes"
  | "autoscaling"
  | "canary"
  | "clusterArn"
  | "deploymentCircuitBreaker"
  | "linear"
  | "https"
  | "notifications"
  | "sharedLoadBalancer"
  | "testHeader"
  | keyof TargetOptions;
type Defaults = Required<Omit<BlueGreenEcsServiceArgs, Needed | NoneUnlessGiven>>;

export const serviceDefaults: Defaults = {
  ...taskDefaults,
  capacityProviders: [],
  desiredCount: 1,
  productionPort: 8080,
  testPort: 8090,
  productionCidrs: ["0.0.0.0/0"],
  testCidrs: [],
  loadBalancer: {},
  healthCheck: {},
  healthCheckGracePeriodSeconds: 60,
  deregistrationDelaySeconds: 30,
  controller: "CODE_DEPLOY",
  deploymentConfigName: allAtOnce,
  terminationWaitMinutes: 5,
  alarmNames: [],
  logRetentionDays: 30,
  deletionProtection: false,
};

function clusterProblems({
  clusterArn,
  executeCommand,
}: Pick<BlueGreenEcsServiceArgs, "clusterArn" | "executeCommand">) {
  const problems = textProblem("clusterArn", clusterArn, arns.clusterArn);
  if (clusterArn !== undefined && executeCommand) {
    // Source: ECS API, ExecuteCommandConfiguration, which is the cluster's.
    const message =
      "logs each command where the cluster's settings say, and those of clusterArn are its owner's; leave one of the two out.";
    problems.push({ path: "executeCommand", message });
  }
  return problems;
}

const ranges: Ranges<BlueGreenEcsServiceArgs> = {
  desiredCount: ecs.taskCount,
  healthCheckGracePeriodSeconds: ecs.healthCheckGracePeriodSeconds,
  deregistrationDelaySeconds: elb.deregistrationDelaySeconds,
};

/** Everything that is wrong with a service's plain arguments; also asked by the reader of the settings. */
export function serviceProblems(args: Partial<Omit<BlueGreenEcsServiceArgs, "notifications">>): Problem[] {
  const settled = withDefaults(serviceDefaults, args);
  const { productionPort, testPort, testHeader } = settled;
  const ports = testHeader ? { productionPort } : { productionPort, testPort };
  return [
    ...rangeProblems("", settled, ranges),
    ...textProblems("", args, { image: ecs.image, repositoryArn: arns.repositoryArn }),
    ...shiftProblems(settled, settled.controller),
    ...taskProblems(settled),
    ...capacityProblems(settled.capacityProviders),
    ...autoscalingProblems(settled.autoscaling, settled.desiredCount),
    ...sizeProblems(settled.cpu, settled.memoryMiB),
    ...portProblems(ports),
    ...cidrProblems("productionCidrs", settled.productionCidrs),
    ...cidrProblems("testCidrs", settled.testCidrs),
    ...(args.network ? idProblems("network.", args.network) : []),
    ...(args.network && !settled.sharedLoadBalancer && settled.loadBalancer.arn === undefined
      ? subnetProblems("network.", args.network, settled.loadBalancer.internal)
      : []),
    ...httpsProblems(settled.https, settled.sharedLoadBalancer ? undefined : ports),
    ...sharedLoadBalancerProblems(settled),
    ...clusterProblems(settled),
    ...loadBalancerProblems(settled.loadBalancer, settled),
    ...retentionProblems("logRetentionDays", settled.logRetentionDays),
    ...controllerProblems(settled),
    ...durationProblems(settled, settled.approvalWaitMinutes ?? 0),
    ...testHeaderProblems(testHeader, settled.testCidrs),
    ...alarmProblems(settled),
    ...healthCheckProblems(settled.healthCheck),
  ];
}
