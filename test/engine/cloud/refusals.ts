import type { Cloud, Operation, Thing } from "./cloud";
import { advancedProblem, controllerProblem } from "./ecs-deployments";
import { productionRules, type Rule } from "./refusals-production";
import type { Values } from "./values";

const role = "aws:iam/role:Role";
const rolePolicy = "aws:iam/rolePolicy:RolePolicy";
const attachment = "aws:iam/rolePolicyAttachment:RolePolicyAttachment";
const service = "aws:ecs/service:Service";
const listener = "aws:lb/listener:Listener";
const listenerRule = "aws:lb/listenerRule:ListenerRule";
const loadBalancer = "aws:lb/loadBalancer:LoadBalancer";
const targetGroup = "aws:lb/targetGroup:TargetGroup";
const lambda = "aws:lambda/function:Function";
const subnet = "aws:ec2/subnet:Subnet";
const securityGroup = "aws:ec2/securityGroup:SecurityGroup";
const endpoint = "aws:ec2/vpcEndpoint:VpcEndpoint";
const taskDefinition = "aws:ecs/taskDefinition:TaskDefinition";

/** Properties of a CODE_DEPLOY service that only a deployment may change. Source: ECS API reference, UpdateService. */
const deploymentsOwn = ["taskDefinition", "loadBalancers", "networkConfiguration", "platformVersion"];

const ofSomeRole: Rule = (cloud, { role: name }) =>
  !cloud.find(role, "name", name) && `NoSuchEntity: The role with name ${String(name)} cannot be found.`;

const priorityInUse: Rule = (cloud, { listenerArn, priority }, { id }) =>
  cloud
    .all(listenerRule)
    .some((it) => it.id !== id && it.properties.listenerArn === listenerArn && it.properties.priority === priority) &&
  `PriorityInUse: Priority '${String(priority)}' is currently in use`;

const rules: Readonly<Record<string, Partial<Record<Operation, Rule>>>> = {
  ...productionRules,
  [service]: {
    create: (cloud, it) =>
      firstOf(
        !cloud.find("aws:ecs/cluster:Cluster", "arn", it.cluster) && "ClusterNotFoundException: Cluster not found.",
        !cloud.find(taskDefinition, "arn", it.taskDefinition) && "ClientException: Unable to describe task definition.",
        networkProblem(cloud, it.networkConfiguration as VpcSettings),
        ...(it.loadBalancers as Values[]).map((one) => advancedProblem(cloud, one.advancedConfiguration as Values)),
        ...(it.loadBalancers as Values[]).map(
          ({ targetGroupArn }) =>
            !inUseByListener(cloud, targetGroupArn) &&
            `InvalidParameterException: The target group with targetGroupArn ${String(targetGroupArn)} does not have an associated load balancer.`,
        ),
      ),
    update: (cloud, { arn, deploymentController }, _, changed) => {
      const controllerOf = (value: unknown) => String((value as Values).type);
      const before = controllerOf(cloud.find(service, "arn", arn)!.properties.deploymentController);
      const moved = controllerProblem(before, controllerOf(deploymentController));
      if (moved || before !== "CODE_DEPLOY") return moved;
      const refused = changed.filter((key) => deploymentsOwn.includes(key));
      return (
        refused.length > 0 &&
        `InvalidParameterException: Unable to update ${refused.join(", ")} on services with a CODE_DEPLOY deployment controller. Use AWS CodeDeploy to trigger a new deployment.`
      );
    },
  },
  [taskDefinition]: {
    create: (cloud, { executionRoleArn, taskRoleArn }) =>
      [executionRoleArn, taskRoleArn].some((arn) => !cloud.find(role, "arn", arn)) &&
      "ClientException: Role is not valid",
  },
  "aws:ecs/cluster:Cluster": {
    delete: (cloud, { arn }) =>
      cloud.find(service, "cluster", arn) &&
      "ClusterContainsServicesException: The Cluster cannot be deleted while Services are active.",
  },
  [listener]: {
    create: (cloud, { loadBalancerArn, port }) =>
      firstOf(
        !cloud.find(loadBalancer, "arn", loadBalancerArn) &&
          "LoadBalancerNotFound: One or more load balancers not found",
        cloud.all(listener).some(({ properties: it }) => it.loadBalancerArn === loadBalancerArn && it.port === port) &&
          "DuplicateListener: A listener already exists on this port for this load balancer",
      ),
  },
  [listenerRule]: { create: priorityInUse, update: priorityInUse },
  [loadBalancer]: {
    create: (cloud, { subnets, securityGroups, accessLogs = {} }) =>
      networkProblem(cloud, { subnets, securityGroups } as VpcSettings) ||
      ((accessLogs as Values).enabled === true &&
        !cloud.find("aws:s3/bucketPolicy:BucketPolicy", "bucket", (accessLogs as Values).bucket) &&
        "InvalidConfigurationRequest: Access Denied for bucket, whose policy does not admit the access logs") ||
      ((subnets as string[]).length < 2 &&
        "ValidationError: At least two subnets in two different Availability Zones must be specified"),
    delete: (_, { enableDeletionProtection, arn }) =>
      enableDeletionProtection === true &&
      `OperationNotPermitted: Load balancer '${String(arn)}' cannot be deleted because deletion protection is enabled`,
  },
  [targetGroup]: {
    delete: (cloud, { arn }) =>
      inUseByListener(cloud, arn) &&
      `ResourceInUse: Target group '${String(arn)}' is currently in use by a listener or a rule`,
  },
  [securityGroup]: {
    create: (cloud, { vpcId }) =>
      !cloud.get("aws:ec2/vpc:Vpc", String(vpcId)) &&
      `InvalidVpcID.NotFound: The vpc ID '${String(vpcId)}' does not exist`,
    delete: (cloud, _, { id }) =>
      refersTo(cloud, id, [service, loadBalancer, lambda, endpoint, ...securityGroupRules]) &&
      `DependencyViolation: resource ${id} has a dependent object`,
  },
  [subnet]: {
    delete: (cloud, _, { id }) =>
      refersTo(cloud, id, [service, loadBalancer, lambda, endpoint]) &&
      `DependencyViolation: The subnet '${id}' has dependencies and cannot be deleted.`,
  },
  "aws:ec2/vpc:Vpc": {
    delete: (cloud, _, { id }) =>
      refersTo(cloud, id, [subnet, securityGroup, targetGroup]) &&
      `DependencyViolation: The vpc '${id}' has dependencies and cannot be deleted.`,
  },
  [role]: {
    delete: (cloud, { name }) =>
      firstOf(
        !!cloud.find(rolePolicy, "role", name) && "DeleteConflict: Cannot delete entity, must delete policies first.",
        !!cloud.find(attachment, "role", name) &&
          "DeleteConflict: Cannot delete entity, must detach all policies first.",
      ),
  },
  [rolePolicy]: { create: ofSomeRole },
  [attachment]: { create: ofSomeRole },
  [lambda]: {
    create: (cloud, it) => {
      return firstOf(
        !cloud.find(role, "arn", it.role) &&
          "InvalidParameterValueException: The role defined for the function cannot be assumed by Lambda.",
        it.vpcConfig !== undefined &&
          !mayCall(cloud, it.role, "ec2:CreateNetworkInterface") &&
          "InvalidParameterValueException: The provided execution role does not have permissions to call CreateNetworkInterface on EC2",
        networkProblem(cloud, it.vpcConfig ?? {}),
      );
    },
  },
  "aws:codedeploy/deploymentGroup:DeploymentGroup": {
    create: (cloud, it) => firstOf(deploymentGroupProblem(cloud, it), deploymentGroupGrants(cloud, it)),
    update: (cloud, it) => deploymentGroupProblem(cloud, it),
  },
  "aws:codepipeline/pipeline:Pipeline": {
    create: (cloud, { roleArn, stages }) =>
      firstOf(
        !cloud.find(role, "arn", roleArn) &&
          "InvalidStructureException: CodePipeline is not authorized to perform AssumeRole",
        ...s3Sources(stages).map(
          (bucket) =>
            !cloud.find("aws:s3/bucketVersioning:BucketVersioning", "bucket", bucket) &&
            `ConfigurationError: the S3 bucket ${bucket} of a source action is not versioned`,
        ),
      ),
  },
  "aws:cloudwatch/eventRule:EventRule": {
    delete: (cloud, { name }) =>
      cloud.find("aws:cloudwatch/eventTarget:EventTarget", "rule", name) &&
      "ValidationException: Rule can't be deleted since it has targets.",
  },
  "aws:s3/bucket:Bucket": {
    delete: (cloud, { bucket, forceDestroy }) =>
      forceDestroy !== true &&
      cloud.find("aws:s3/bucketObjectv2:BucketObjectv2", "bucket", bucket) &&
      "BucketNotEmpty: The bucket you tried to delete is not empty",
  },
  "aws:ecr/repository:Repository": {
    delete: (cloud, { repositoryUrl, forceDelete }) =>
      forceDelete !== true &&
      [...cloud.pushedTags].some((tag) => tag.startsWith(`${String(repositoryUrl)}:`)) &&
      "RepositoryNotEmptyException: The repository cannot be deleted because it still contains images",
  },
};

const securityGroupRules = [
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
];

/** Why AWS refuses this operation in the account as it is; undefined where it does not. */
export function refusal(
  cloud: Cloud,
  operation: Operation,
  thing: Thing,
  changed: readonly string[],
): string | undefined {
  const { type, properties } = thing;
  if (operation === "create") {
    const { name } = properties as { name?: string };
    const taken = name !== undefined && cloud.find(type, "name", name) && `${type} "${name}" already exists`;
    const bucket = type.startsWith("aws:s3/") && type !== "aws:s3/bucket:Bucket" ? properties.bucket : undefined;
    const missing =
      bucket !== undefined &&
      !cloud.find("aws:s3/bucket:Bucket", "bucket", bucket) &&
      "NoSuchBucket: The specified bucket does not exist";
    if (taken || missing) return firstOf(taken, missing);
  }
  return rules[type]?.[operation]?.(cloud, properties, thing, changed) || undefined;
}

interface VpcSettings {
  readonly subnets?: readonly string[];
  readonly subnetIds?: readonly string[];
  readonly securityGroups?: readonly string[];
  readonly securityGroupIds?: readonly string[];
}

function networkProblem(cloud: Cloud, settings: VpcSettings): string | undefined {
  const subnets = settings.subnets ?? settings.subnetIds ?? [];
  const groups = settings.securityGroups ?? settings.securityGroupIds ?? [];
  return firstOf(
    ...subnets.map((id) => !cloud.get(subnet, id) && `InvalidSubnetID.NotFound: The subnet ID '${id}' does not exist`),
    ...groups.map(
      (id) => !cloud.get(securityGroup, id) && `InvalidGroup.NotFound: The security group '${id}' does not exist`,
    ),
  );
}

interface DeploymentGroupProperties {
  readonly appName: string;
  readonly serviceRoleArn: string;
  readonly ecsService: { readonly serviceName: string };
  readonly blueGreenDeploymentConfig: {
    readonly deploymentReadyOption: { readonly actionOnTimeout: string; readonly waitTimeInMinutes?: number };
  };
  readonly loadBalancerInfo: {
    readonly targetGroupPairInfo: { readonly targetGroups: readonly { readonly name: string }[] };
  };
}

function deploymentGroupProblem(cloud: Cloud, properties: Values): string | undefined {
  const it = properties as unknown as DeploymentGroupProperties;
  const { actionOnTimeout, waitTimeInMinutes } = it.blueGreenDeploymentConfig.deploymentReadyOption;
  const controller = cloud.find(service, "name", it.ecsService.serviceName)?.properties.deploymentController as Values;
  return firstOf(
    !cloud.find("aws:codedeploy/application:Application", "name", it.appName) &&
      "ApplicationDoesNotExistException: No application found",
    !cloud.find(role, "arn", it.serviceRoleArn) && "InvalidRoleException: The service role ARN is not valid",
    controller?.type !== "CODE_DEPLOY" &&
      "InvalidECSServiceException: The deployment group's ECS service must be configured for a CODE_DEPLOY deployment controller.",
    actionOnTimeout === "CONTINUE_DEPLOYMENT" &&
      (waitTimeInMinutes ?? 0) > 0 &&
      "InvalidBlueGreenDeploymentConfigurationException: waitTimeInMinutes must be 0 for CONTINUE_DEPLOYMENT",
    ...it.loadBalancerInfo.targetGroupPairInfo.targetGroups.map(
      ({ name }) =>
        !cloud.find(targetGroup, "name", name) && `InvalidTargetGroupPairException: no target group ${name}`,
    ),
  );
}

/** CodeDeploy moves production's route as it creates the group, and publishes to its triggers' topics. */
function deploymentGroupGrants(cloud: Cloud, { serviceRoleArn, triggerConfigurations }: Values): string | undefined {
  const moves = ["elasticloadbalancing:ModifyListener", "elasticloadbalancing:ModifyRule"];
  return firstOf(
    !moves.some((action) => mayCall(cloud, serviceRoleArn, action)) &&
      "InvalidRoleException: CodeDeploy may not call elasticloadbalancing:ModifyListener on the production listener",
    triggerConfigurations !== undefined &&
      !mayCall(cloud, serviceRoleArn, "sns:Publish") &&
      "InvalidTriggerConfigException: Topic ARN is not valid, or the role may not publish to it",
  );
}

function mayCall(cloud: Cloud, roleArn: unknown, action: string): boolean {
  const holder = cloud.find(role, "arn", roleArn)?.properties.name;
  const policies = cloud.all(rolePolicy).filter(({ properties }) => properties.role === holder);
  return policies.some(({ properties }) => String(properties.policy).includes(action));
}

function inUseByListener(cloud: Cloud, targetGroupArn: unknown): boolean {
  return [...cloud.all(listener), ...cloud.all(listenerRule)].some(({ properties: { defaultActions, actions } }) =>
    JSON.stringify([defaultActions, actions]).includes(String(targetGroupArn)),
  );
}

function refersTo(cloud: Cloud, id: string, types: readonly string[]): boolean {
  return types.some((type) => cloud.all(type).some(({ properties }) => JSON.stringify(properties).includes(`"${id}"`)));
}

interface Action {
  readonly category: string;
  readonly provider: string;
  readonly configuration: Values;
}

function s3Sources(stages: unknown): string[] {
  const actions = (stages as { actions: Action[] }[]).flatMap((it) => it.actions);
  const sources = actions.filter(({ category, provider }) => category === "Source" && provider === "S3");
  return sources.map(({ configuration }) => String(configuration.S3Bucket));
}

function firstOf(...problems: (string | false | undefined)[]): string | undefined {
  return problems.find((problem): problem is string => typeof problem === "string");
}
