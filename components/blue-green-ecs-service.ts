import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { makeAlarms, type NamedAlarm, ownAlarms } from "./deployment/alarms";
import { autoscale } from "./service/autoscaling";
import { type BlueGreenEcsServiceArgs, serviceDefaults, serviceProblems } from "./blue-green-ecs-service-args";
import type { CapacityProvider } from "./task/capacity-providers";
import type { DeploymentController, ReleasedService } from "./deployment/deployment-controller";
import { deploymentControllers } from "./deployment/deployment-controllers";
import { nameProblems } from "./limits";
import { BlueGreenLoadBalancer } from "./load-balancer/load-balancer";
import type { Network } from "./network";
import { ecsService } from "./service/ecs-service";
import { withDefaults } from "./defaults";
import type { Calls } from "./policy";
import { type Problem, refuse } from "./problems";
import { admitToVolumes } from "./task/efs-volumes";
import { commandLogging } from "./task/execute-command";
import type { Sidecar } from "./task/sidecars";
import { makeTask, type Task } from "./task/task";
import type { CpuArchitecture } from "./task/task-options";
import { type ChildName, childNameProblems } from "./child-names";

/**
 * A service on ECS Fargate, behind a load balancer with a production and a test listener, that CodeDeploy or
 * ECS itself releases blue/green. Once it is made, its task definition, traffic and network belong to the releases: a later `pulumi up`
 * leaves them as the last release left them.
 *
 * @throws InvalidInput naming every wrong argument, before anything is registered.
 */
export class BlueGreenEcsService extends pulumi.ComponentResource implements ReleasedService {
  readonly prodUrl: pulumi.Output<string>;
  readonly testUrl: pulumi.Output<string>;
  readonly network: Network;
  readonly cluster: aws.ecs.Cluster;
  readonly service: aws.ecs.Service;
  readonly loadBalancer: BlueGreenLoadBalancer;
  /** Who releases it. */
  readonly controller: DeploymentController;
  /** Alarms that roll a release back: those made here, then the stack's own. */
  readonly alarms: readonly NamedAlarm[];
  /** What the app itself may do in AWS: what `taskPolicyArns` name, and what else is attached here. */
  readonly taskRole: aws.iam.Role;
  /** What ECS does for the task: pulls its image, writes its log. */
  readonly executionRole: aws.iam.Role;
  readonly securityGroup: aws.ec2.SecurityGroup;
  /** What the tasks' roles do from within the network. */
  readonly calls: readonly Calls[];
  /** The name that all revisions of the task definition share. */
  readonly taskFamily: string;
  readonly containerName: string;
  readonly containerPort: number;
  readonly cpuArchitecture: CpuArchitecture;
  readonly capacityProviders: readonly CapacityProvider[];
  /** The image that the service was born with. */
  readonly firstImage: pulumi.Output<string>;
  /** RegisterTaskDefinition's input for each release, with `<IMAGE1_NAME>` for the image. */
  readonly taskDefinitionTemplate: Task["template"];

  constructor(name: string, args: BlueGreenEcsServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    const settled = withDefaults(serviceDefaults, args);
    refuse(`BlueGreenEcsService "${name}"`, [
      ...nameProblems("name", name),
      ...serviceProblems(settled),
      ...sidecarNameProblems(name, settled.sidecars),
      ...childNameProblems("BlueGreenEcsService", name, sharedNames(name, settled), opts),
    ]);
    super("greenlight:index:BlueGreenEcsService", name, {}, opts);
    const parent = { parent: this };
    this.network = settled.network;
    this.firstImage = pulumi.output(settled.image);
    this.taskFamily = name;
    this.containerName = name;
    this.containerPort = settled.containerPort;
    this.cpuArchitecture = settled.cpuArchitecture;
    this.capacityProviders = settled.capacityProviders;

    this.loadBalancer = new BlueGreenLoadBalancer(name, { ...settled, https: settled.https }, parent);
    const control = deploymentControllers[settled.controller](
      name,
      {
        ...settled,
        approvalWaitMinutes: settled.approvalWaitMinutes,
        deploymentCircuitBreaker: settled.deploymentCircuitBreaker ?? true,
      },
      this.loadBalancer,
      parent,
    );
    this.securityGroup = taskSecurityGroup(name, this.loadBalancer, settled, parent);
    const task = makeTask(name, settled, parent);
    this.taskRole = task.role;
    this.executionRole = task.executionRole;
    this.calls = task.calls;
    this.taskDefinitionTemplate = task.template;
    admitToVolumes(`${name}-task`, settled.efsVolumes, this.securityGroup, parent);
    this.cluster =
      settled.clusterArn === undefined
        ? new aws.ecs.Cluster(
            name,
            {
              settings: [{ name: "containerInsights", value: "enabled" }],
              ...(task.commandLog ? { configuration: commandLogging(task.commandLog) } : {}),
            },
            parent,
          )
        : aws.ecs.Cluster.get(name, settled.clusterArn, undefined, parent);
    this.service = ecsService(
      name,
      {
        ...settled,
        cluster: this.cluster,
        ownCluster: settled.clusterArn === undefined,
        loadBalancer: this.loadBalancer,
        securityGroup: this.securityGroup,
        containerName: this.containerName,
        firstRevision: task.firstRevision,
        policies: task.policies,
        autoscaled: settled.autoscaling !== undefined,
        birth: control.birth,
      },
      parent,
    );
    if (settled.autoscaling) autoscale(name, settled.autoscaling, this, parent);
    this.alarms = [
      ...(settled.alarms ? makeAlarms(name, settled.alarms, this.loadBalancer, parent) : []),
      ...ownAlarms(settled.alarmNames),
    ];
    this.controller = control.take(this);

    this.prodUrl = this.loadBalancer.url(settled.productionPort);
    this.testUrl = this.loadBalancer.url(this.loadBalancer.test.port);
    this.registerOutputs();
  }
}

/** Children with the service's name, and those whose name another service might have. */
function sharedNames(name: string, args: BlueGreenEcsServiceArgs): ChildName[] {
  const { openTelemetry, executeCommand = false, https } = args;
  const logs = [
    name,
    ...(openTelemetry && openTelemetry.config === undefined ? [`${name}-metrics`] : []),
    ...(executeCommand ? [`${name}-exec`] : []),
  ];
  const records = https?.zoneId === undefined ? [] : [name];
  const validation = https && https.certificateArn === undefined ? [`${name}-validation`] : [];
  return [
    ...logs.map((log) => ({ kind: "log group", name: log })),
    ...[...records, ...validation].map((record) => ({ kind: "DNS record", name: record })),
  ];
}

/** The app's container has the service's name. */
function sidecarNameProblems(name: string, sidecars: readonly Sidecar[]): Problem[] {
  return sidecars.flatMap((sidecar, index) =>
    sidecar.name === name
      ? [{ path: `sidecars[${index}].name`, message: `"${name}" is the name of the app's own container.` }]
      : [],
  );
}

function taskSecurityGroup(
  name: string,
  { securityGroupId: albGroupId }: BlueGreenLoadBalancer,
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
    { securityGroupId: group.id, referencedSecurityGroupId: albGroupId, description: "load balancer", ...anyPort },
    opts,
  );
  new aws.vpc.SecurityGroupEgressRule(
    `${name}-alb`,
    { securityGroupId: albGroupId, referencedSecurityGroupId: group.id, description: "tasks", ...anyPort },
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
