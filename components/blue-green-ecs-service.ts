import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { CodeDeploy } from "./code-deploy";
import { nameProblems, portProblems, retentionProblems, sizeProblems } from "./limits";
import { longestApprovalWaitMinutes, longestTerminationWaitMinutes } from "./limits";
import { BlueGreenLoadBalancer, type HealthCheck } from "./load-balancer";
import type { Network } from "./network";
import { ecsService } from "./ecs-service";
import { withDefaults } from "./defaults";
import { executionRole } from "./execution-role";
import { serviceRole } from "./policy";
import { type Problem, refuse } from "./problems";
import { type CpuArchitecture, firstRevision, imagePlaceholder, renderTaskDefinition } from "./task-definition";

export interface BlueGreenEcsServiceArgs {
  readonly network: Network;
  /** The image that the service is born with, by tag or digest; it must be there to pull. Later images come by release. */
  readonly image: pulumi.Input<string>;
  /** ECR repository that the releases' images come from. */
  readonly repositoryArn: pulumi.Input<string>;
  /** Port that the container listens on; it is told in the environment variable PORT. @default 3000 */
  readonly containerPort?: number;
  /** CPU units; 1024 are one vCPU. @default 256 */
  readonly cpu?: number;
  /** @default 512 */
  readonly memoryMiB?: number;
  /** @default "X86_64" */
  readonly cpuArchitecture?: CpuArchitecture;
  /** Environment variables of the container. @default none */
  readonly environment?: Readonly<Record<string, pulumi.Input<string>>>;
  /** Tasks. @default 1 */
  readonly desiredCount?: number;
  /** @default 8080 */
  readonly productionPort?: number;
  /** @default 8090 */
  readonly testPort?: number;
  /** Who may open the production port. @default everyone */
  readonly productionCidrs?: readonly string[];
  /** Who may open the test port, besides the test hook. @default nobody */
  readonly testCidrs?: readonly string[];
  readonly healthCheck?: HealthCheck;
  /** Seconds after a task's start in which failed health checks do not end it. @default 60 */
  readonly healthCheckGracePeriodSeconds?: number;
  /** Seconds that requests in flight get when a task leaves its target group. @default 30 */
  readonly deregistrationDelaySeconds?: number;
  /** How traffic shifts, by the name of a CodeDeploy configuration for ECS. @default "CodeDeployDefault.ECSAllAtOnce" */
  readonly deploymentConfigName?: string;
  /** Minutes that each release waits for a person's "continue", and stops without it; 1 to 2880. @default no such wait */
  readonly approvalWaitMinutes?: number;
  /** Minutes that blue goes on running after the shift; 0 to 2880. @default 5 */
  readonly terminationWaitMinutes?: number;
  /** CloudWatch alarms that roll a release back; at most 10. @default none */
  readonly alarmNames?: readonly pulumi.Input<string>[];
  /** @default 30 */
  readonly logRetentionDays?: number;
  /** Keeps the load balancer from being deleted. @default false */
  readonly deletionProtection?: boolean;
}

type Defaults = Required<Omit<BlueGreenEcsServiceArgs, "network" | "image" | "repositoryArn" | "approvalWaitMinutes">>;

const defaults: Defaults = {
  containerPort: 3000,
  cpu: 256,
  memoryMiB: 512,
  cpuArchitecture: "X86_64",
  environment: {},
  desiredCount: 1,
  productionPort: 8080,
  testPort: 8090,
  productionCidrs: ["0.0.0.0/0"],
  testCidrs: [],
  healthCheck: {},
  healthCheckGracePeriodSeconds: 60,
  deregistrationDelaySeconds: 30,
  deploymentConfigName: "CodeDeployDefault.ECSAllAtOnce",
  terminationWaitMinutes: 5,
  alarmNames: [],
  logRetentionDays: 30,
  deletionProtection: false,
};

/**
 * A service on ECS Fargate, behind a load balancer with a production and a test listener, that CodeDeploy releases
 * blue/green. Once it is made, its task definition, traffic and network belong to the releases: a later `pulumi up`
 * leaves them as the last release left them.
 *
 * @throws InvalidInput naming every wrong argument, before anything is registered.
 */
export class BlueGreenEcsService extends pulumi.ComponentResource {
  readonly prodUrl: pulumi.Output<string>;
  readonly testUrl: pulumi.Output<string>;
  readonly network: Network;
  readonly cluster: aws.ecs.Cluster;
  readonly service: aws.ecs.Service;
  readonly loadBalancer: BlueGreenLoadBalancer;
  readonly codeDeploy: CodeDeploy;
  /** What the app itself may do in AWS: nothing, until policies are attached here. */
  readonly taskRole: aws.iam.Role;
  /** What ECS does for the task: pulls its image, writes its log. */
  readonly executionRole: aws.iam.Role;
  readonly securityGroup: aws.ec2.SecurityGroup;
  /** The name that all revisions of the task definition share. */
  readonly taskFamily: string;
  readonly containerName: string;
  readonly containerPort: number;
  readonly testPort: number;
  readonly cpuArchitecture: CpuArchitecture;
  /** The image that the service was born with. */
  readonly firstImage: pulumi.Output<string>;
  /** RegisterTaskDefinition's input for each release, with `<IMAGE1_NAME>` for the image. */
  readonly taskDefinitionTemplate: ReturnType<typeof renderTaskDefinition>;

  constructor(name: string, args: BlueGreenEcsServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    const settled = withDefaults(defaults, args);
    refuse(`BlueGreenEcsService "${name}"`, [...nameProblems("name", name), ...serviceProblems(settled)]);
    super("greenlight:index:BlueGreenEcsService", name, {}, opts);
    const parent = { parent: this };
    this.network = settled.network;
    this.firstImage = pulumi.output(settled.image);
    this.taskFamily = name;
    this.containerName = name;
    this.containerPort = settled.containerPort;
    this.testPort = settled.testPort;
    this.cpuArchitecture = settled.cpuArchitecture;

    this.loadBalancer = new BlueGreenLoadBalancer(name, settled, parent);
    this.securityGroup = taskSecurityGroup(name, this.loadBalancer, settled, parent);
    const logGroup = new aws.cloudwatch.LogGroup(name, { retentionInDays: settled.logRetentionDays }, parent);
    this.taskRole = serviceRole(`${name}-task`, "ecs-tasks.amazonaws.com", [], parent);
    const execution = executionRole(`${name}-execution`, { ...settled, logGroup }, parent);
    this.executionRole = execution.role;
    this.cluster = new aws.ecs.Cluster(name, { settings: [{ name: "containerInsights", value: "enabled" }] }, parent);
    const taskDefinitionArgs = {
      ...settled,
      family: this.taskFamily,
      containerName: this.containerName,
      executionRoleArn: this.executionRole.arn,
      taskRoleArn: this.taskRole.arn,
      logGroupName: logGroup.name,
      region: aws.getRegionOutput({}, parent).region,
    };
    this.taskDefinitionTemplate = renderTaskDefinition(taskDefinitionArgs, imagePlaceholder);
    this.service = ecsService(
      name,
      {
        ...settled,
        cluster: this.cluster,
        loadBalancer: this.loadBalancer,
        securityGroup: this.securityGroup,
        containerName: this.containerName,
        firstRevision: firstRevision(taskDefinitionArgs, settled.image),
        executionPolicy: execution.policy,
      },
      parent,
    );
    this.codeDeploy = new CodeDeploy(
      name,
      {
        ...settled,
        cluster: this.cluster,
        service: this.service,
        loadBalancer: this.loadBalancer,
        taskRoleArns: [this.executionRole.arn, this.taskRole.arn],
        approvalWaitMinutes: settled.approvalWaitMinutes,
      },
      parent,
    );

    this.prodUrl = this.loadBalancer.url(settled.productionPort);
    this.testUrl = this.loadBalancer.url(settled.testPort);
    this.registerOutputs({ prodUrl: this.prodUrl, testUrl: this.testUrl });
  }
}

/** Everything that is wrong with a service's plain arguments; also asked by the reader of the settings. */
export function serviceProblems(args: Partial<BlueGreenEcsServiceArgs>): Problem[] {
  const settled = withDefaults(defaults, args);
  const { approvalWaitMinutes, terminationWaitMinutes, alarmNames, healthCheck } = settled;
  const problems = [
    ...sizeProblems(settled.cpu, settled.memoryMiB),
    ...portProblems(settled.productionPort, settled.testPort),
    ...retentionProblems("logRetentionDays", settled.logRetentionDays),
  ];
  const wrong = (path: string, message: string) => problems.push({ path, message });
  if (terminationWaitMinutes < 0 || terminationWaitMinutes > longestTerminationWaitMinutes) {
    wrong(
      "terminationWaitMinutes",
      `is ${terminationWaitMinutes}; CodeDeploy waits 0 to ${longestTerminationWaitMinutes}.`,
    );
  }
  if (
    approvalWaitMinutes !== undefined &&
    !(approvalWaitMinutes >= 1 && approvalWaitMinutes <= longestApprovalWaitMinutes)
  ) {
    wrong("approvalWaitMinutes", `is ${approvalWaitMinutes}; CodeDeploy waits 1 to ${longestApprovalWaitMinutes}.`);
  }
  if (alarmNames.length > 10) wrong("alarmNames", `has ${alarmNames.length}; a deployment group takes at most 10.`);
  if ((healthCheck.timeoutSeconds ?? 10) >= (healthCheck.intervalSeconds ?? 30)) {
    wrong("healthCheck.timeoutSeconds", `must be shorter than the interval of ${healthCheck.intervalSeconds ?? 30} s.`);
  }
  return problems;
}

function taskSecurityGroup(
  name: string,
  { securityGroup: albGroup }: BlueGreenLoadBalancer,
  { network }: { readonly network: Network },
  opts: pulumi.CustomResourceOptions,
): aws.ec2.SecurityGroup {
  const group = new aws.ec2.SecurityGroup(
    `${name}-task`,
    { vpcId: network.vpcId, description: `${name}: tasks` },
    opts,
  );
  // Any port, since a release may change the container's: then blue and green listen on different ones at the same time.
  const anyPort = { ipProtocol: "tcp", fromPort: 0, toPort: 65535 };
  new aws.vpc.SecurityGroupIngressRule(
    `${name}-task`,
    { securityGroupId: group.id, referencedSecurityGroupId: albGroup.id, description: "load balancer", ...anyPort },
    opts,
  );
  new aws.vpc.SecurityGroupEgressRule(
    `${name}-alb`,
    { securityGroupId: albGroup.id, referencedSecurityGroupId: group.id, description: "tasks", ...anyPort },
    opts,
  );
  // Whom the app calls is its own affair; ECR and CloudWatch Logs are among them.
  new aws.vpc.SecurityGroupEgressRule(
    `${name}-task`,
    { securityGroupId: group.id, cidrIpv4: "0.0.0.0/0", ipProtocol: "-1", description: "whom the app calls" },
    opts,
  );
  return group;
}
