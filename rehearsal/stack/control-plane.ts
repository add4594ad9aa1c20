import { type AwsControlPlane, AwsError } from "../aws-endpoint/control-plane";
import type { Deployment } from "../codedeploy/deployment";
import type { HookVerdicts } from "../codedeploy/hook-verdicts";
import type { Service } from "../ecs/service";
import type { TaskSet } from "../ecs/task-set";
import type { DeploymentGroup } from "../graph/account";
import { targetGroupWeights, routingAction } from "../load-balancer/actions";
import type { TrafficSide } from "./traffic-side";

export interface ControlPlaneParts {
  readonly traffic: TrafficSide;
  readonly group: DeploymentGroup;
  readonly service: Service;
  readonly deployments: ReadonlyMap<string, Deployment>;
  readonly verdicts: HookVerdicts;
}

/** Answers the AWS calls of the program's functions from what is under way here. */
export function controlPlane({ traffic, group, service, deployments, verdicts }: ControlPlaneParts): AwsControlPlane {
  const { loadBalancer, targetGroups } = traffic;
  const targetId = `${group.ecsService.clusterName}:${group.ecsService.serviceName}`;
  const find = (deploymentId: string | undefined): Deployment => {
    const deployment = deployments.get(deploymentId ?? "");
    if (deployment) return deployment;
    throw new AwsError("DeploymentDoesNotExistException", `there is no deployment ${deploymentId}`);
  };
  const taskSetInfo = (taskSetLabel: "Blue" | "Green", taskSet: TaskSet) => ({
    identifer: taskSet.id,
    taskSetLabel,
    status: service.primaryTaskSet === taskSet ? "PRIMARY" : "ACTIVE",
    desiredCount: taskSet.computedDesiredCount,
    runningCount: taskSet.runningCount,
    pendingCount: taskSet.pendingCount,
    targetGroup: { name: taskSet.targetGroup.name },
  });

  return {
    listDeploymentTargets: ({ deploymentId }) => ({ targetIds: find(deploymentId) && [targetId] }),
    batchGetDeploymentTargets: ({ deploymentId }) => {
      const { blue, green } = find(deploymentId);
      const taskSetsInfo = [taskSetInfo("Blue", blue), ...(green ? [taskSetInfo("Green", green)] : [])];
      const ecsTarget = { deploymentId, targetId, status: "InProgress" as const, taskSetsInfo };
      return { deploymentTargets: [{ deploymentTargetType: "ECSTarget" as const, ecsTarget }] };
    },
    putLifecycleEventHookExecutionStatus: ({ deploymentId, lifecycleEventHookExecutionId, status }) => {
      find(deploymentId);
      verdicts.put(deploymentId, lifecycleEventHookExecutionId, status);
      return { lifecycleEventHookExecutionId };
    },
    describeListeners: ({ ListenerArns = [] }) => ({
      Listeners: ListenerArns.map((arn) => {
        const listener = loadBalancer.describeListeners().find((one) => one.arn === arn);
        if (!listener) throw new AwsError("ListenerNotFound", `there is no listener ${arn}`);
        const groups = targetGroupWeights(routingAction(listener.defaultActions));
        return {
          ListenerArn: arn,
          LoadBalancerArn: loadBalancer.arn,
          // The function opens a real connection, so it is told the port that is really open.
          Port: listener.localPort,
          Protocol: listener.protocol,
          DefaultActions: [
            {
              Type: "forward" as const,
              ForwardConfig: {
                TargetGroups: groups.map(({ arn: TargetGroupArn, weight: Weight }) => ({ TargetGroupArn, Weight })),
              },
            },
          ],
        };
      }),
    }),
    describeTargetHealth: ({ TargetGroupArn }) => {
      const targetGroup = targetGroups.find(({ arn }) => arn === TargetGroupArn);
      if (!targetGroup) throw new AwsError("TargetGroupNotFound", `there is no target group ${TargetGroupArn}`);
      return {
        TargetHealthDescriptions: targetGroup.targets().map(({ host, port, health }) => ({
          Target: { Id: host, Port: port },
          TargetHealth: { State: health.state, ...(health.description ? { Description: health.description } : {}) },
        })),
      };
    },
    describeNetworkInterfaces: ({ Filters = [] }) => {
      const wanted = `ELB ${loadBalancer.arn.split("loadbalancer/")[1]}`;
      const found = Filters.some(({ Name, Values }) => Name === "description" && Values?.includes(wanted));
      const address = {
        NetworkInterfaceId: "eni-0123456789abcdef0",
        Description: wanted,
        PrivateIpAddress: "127.0.0.1",
      };
      return { NetworkInterfaces: found ? [address] : [] };
    },
  };
}
