import { cloudWatch, codeDeploy, codePipeline, ecs, elb, http, names, type NumberRule } from "../../aws-rules";
import {
  shared,
  sidecar,
  autoscaling,
  check,
  containerCheck,
  many,
  service,
  hook,
  pipeline,
  type Field,
} from "./field";

/** Fields that hold numbers, and lists by how many entries they have. */
export const numberFields: readonly (readonly [NumberRule, Field<number>])[] = [
  [
    elb.healthCheckIntervalSeconds,
    service("healthCheck.intervalSeconds", (intervalSeconds) => ({
      healthCheck: { intervalSeconds, timeoutSeconds: 2 },
    })),
  ],
  [
    elb.healthCheckThreshold,
    service("healthCheck.healthyThreshold", (healthyThreshold) => ({ healthCheck: { healthyThreshold } })),
  ],
  [
    elb.healthCheckThreshold,
    service("healthCheck.unhealthyThreshold", (unhealthyThreshold) => ({ healthCheck: { unhealthyThreshold } })),
  ],
  [
    elb.healthCheckTimeoutSeconds,
    service("healthCheck.timeoutSeconds", (timeoutSeconds) => ({
      healthCheck: { timeoutSeconds, intervalSeconds: 300 },
    })),
  ],
  [
    elb.idleTimeoutSeconds,
    service("loadBalancer.idleTimeoutSeconds", (idleTimeoutSeconds) => ({ loadBalancer: { idleTimeoutSeconds } })),
  ],
  [
    elb.accessLogDays,
    service("loadBalancer.accessLogs.keepDays", (keepDays) => ({ loadBalancer: { accessLogs: { keepDays } } })),
  ],
  [elb.stickinessSeconds, service("stickiness.seconds", (seconds) => ({ stickiness: { seconds } }))],
  [elb.slowStartSeconds, { ...service("slowStartSeconds", (slowStartSeconds) => ({ slowStartSeconds })), none: 0 }],
  [
    elb.deregistrationDelaySeconds,
    service("deregistrationDelaySeconds", (deregistrationDelaySeconds) => ({ deregistrationDelaySeconds })),
  ],
  [elb.rulePriority, service("sharedLoadBalancer.priority", (priority) => shared({ priority }))],
  [
    elb.ruleValues,
    {
      ...service("sharedLoadBalancer.hosts", (count) =>
        shared({ hosts: many(count, (index) => `h${index}.example.com`) }),
      ),
      counts: true,
    },
  ],
  [http.port, service("containerPort", (containerPort) => ({ containerPort }))],
  [http.port, service("productionPort", (productionPort) => ({ productionPort }))],
  [
    http.port,
    service("https.redirectPort", (redirectPort) => ({
      https: { domainName: "a.com", zoneId: "Z1", redirectPort },
      productionPort: 443,
    })),
  ],
  [http.port, service("sidecars[0].ports[0]", (port) => sidecar({ ports: [port] }))],
  [http.status, hook("checks[0].expectStatus", (expectStatus) => check({ expectStatus }))],
  [ecs.taskCount, service("desiredCount", (desiredCount) => ({ desiredCount }))],
  [ecs.taskCount, service("autoscaling.maximum", (maximum) => autoscaling({ maximum }))],
  [
    ecs.scheduledTaskCount,
    service("autoscaling.schedules[0].maximum", (maximum) =>
      autoscaling({ schedules: [{ name: "night", cron: "0 20 ? * MON-FRI *", minimum: 0, maximum }] }),
    ),
  ],
  [
    ecs.healthCheckGracePeriodSeconds,
    service("healthCheckGracePeriodSeconds", (healthCheckGracePeriodSeconds) => ({ healthCheckGracePeriodSeconds })),
  ],
  [
    ecs.capacityWeight,
    service("capacityProviders[0].weight", (weight) => ({ capacityProviders: [{ name: "FARGATE", weight }] })),
  ],
  [
    ecs.capacityBase,
    service("capacityProviders[0].base", (base) => ({ capacityProviders: [{ name: "FARGATE", weight: 1, base }] })),
  ],
  [ecs.ephemeralStorageGiB, service("ephemeralStorageGiB", (ephemeralStorageGiB) => ({ ephemeralStorageGiB }))],
  [ecs.containerCpu, service("sidecars[0].cpu", (cpu) => sidecar({ cpu }))],
  [ecs.containerMemoryMiB, service("sidecars[0].memoryMiB", (memoryMiB) => sidecar({ memoryMiB }))],
  [ecs.openFiles, service("container.maxOpenFiles", (maxOpenFiles) => ({ container: { maxOpenFiles } }))],
  [
    ecs.stopTimeoutSeconds,
    service("container.stopTimeoutSeconds", (stopTimeoutSeconds) => ({ container: { stopTimeoutSeconds } })),
  ],
  [
    ecs.tmpfsMiB,
    service("container.tmpfs[0].sizeMiB", (sizeMiB) => ({
      container: { tmpfs: [{ containerPath: "/tmp", sizeMiB }] },
    })),
  ],
  [
    ecs.containerCheckIntervalSeconds,
    service("container.healthCheck.intervalSeconds", (intervalSeconds) => containerCheck({ intervalSeconds })),
  ],
  [
    ecs.containerCheckTimeoutSeconds,
    service("container.healthCheck.timeoutSeconds", (timeoutSeconds) => containerCheck({ timeoutSeconds })),
  ],
  [ecs.containerCheckRetries, service("container.healthCheck.retries", (retries) => containerCheck({ retries }))],
  [
    ecs.containerCheckStartPeriodSeconds,
    service("container.healthCheck.startPeriodSeconds", (startPeriodSeconds) => containerCheck({ startPeriodSeconds })),
  ],
  [ecs.linearPercent, service("linear.percent", (percent) => ({ controller: "ECS", linear: { percent, minutes: 1 } }))],
  [
    ecs.bakeMinutes,
    {
      ...service("terminationWaitMinutes", (terminationWaitMinutes) => ({
        controller: "ECS",
        terminationWaitMinutes,
        waitMinutes: 0,
      })),
      most: 1380,
    },
  ],
  [codeDeploy.shiftPercent, service("canary.percent", (percent) => ({ canary: { percent, minutes: 1 } }))],
  [codeDeploy.shiftMinutes, service("canary.minutes", (minutes) => ({ canary: { percent: 10, minutes } }))],
  [
    codeDeploy.terminationWaitMinutes,
    service("terminationWaitMinutes", (terminationWaitMinutes) => ({ terminationWaitMinutes })),
  ],
  [
    codeDeploy.approvalWaitMinutes,
    { ...service("waitMinutes", (waitMinutes) => ({ trafficShift: "approval", waitMinutes })), judge: "none" },
  ],
  [
    codeDeploy.alarmsOfGroup,
    { ...service("alarmNames", (count) => ({ alarmNames: many(count, (index) => `alarm-${index}`) })), counts: true },
  ],
  [
    cloudWatch.evaluationPeriods,
    service("alarms.evaluationPeriods", (evaluationPeriods) => ({ alarms: { evaluationPeriods } })),
  ],
  [cloudWatch.datapoints, service("alarms.minimumRequests", (minimumRequests) => ({ alarms: { minimumRequests } }))],
  [
    codePipeline.approvalTimeoutMinutes,
    pipeline("deployApproval.timeoutMinutes", (timeoutMinutes) => ({ deployApproval: { timeoutMinutes } })),
  ],
  [
    codePipeline.triggerPatterns,
    {
      ...pipeline("triggers.branches.includes", (count) => ({
        triggers: { branches: { includes: many(count, (index) => `b${index}`) } },
      })),
      counts: true,
    },
  ],
  [
    names.availabilityZones,
    { ...service("availabilityZones", (availabilityZones) => ({ availabilityZones })), judge: "network" },
  ],
  [names.zoneCidrMask, { ...service("zoneCidrMask", (zoneCidrMask) => ({ zoneCidrMask })), judge: "network" }],
  [
    names.policiesOfRole,
    {
      ...service("taskPolicyArns", (count) => ({
        taskPolicyArns: many(count, (index) => `arn:aws:iam::123456789012:policy/p${index}`),
      })),
      counts: true,
    },
  ],
  [
    names.cooldownSeconds,
    service("autoscaling.scaleInCooldownSeconds", (scaleInCooldownSeconds) => autoscaling({ scaleInCooldownSeconds })),
  ],
];
