import {
  arns,
  cloudWatch,
  codeBuild,
  codeDeploy,
  codePipeline,
  ecs,
  elb,
  http,
  names,
  type TextRule,
} from "../../aws-rules";
import { shared, released, sidecar, volume, check, service, hook, pipeline, type Field } from "./field";

/** Fields that hold text. */
export const textFields: readonly (readonly [TextRule, Field<string>])[] = [
  [elb.healthCheckPath, service("healthCheck.path", (path) => ({ healthCheck: { path } }))],
  [elb.healthCheckMatcher, service("healthCheck.matcher", (matcher) => ({ healthCheck: { matcher } }))],
  [http.requestPath, hook("checks[0].path", (path) => check({ path }))],
  [http.headerValue, hook("checks[0].headers.X-A", (value) => check({ headers: { "X-A": value } }))],
  [http.headerValue, hook("checks[0].expectHeaders.X-A", (value) => check({ expectHeaders: { "X-A": value } }))],
  [elb.ruleHost, service("sharedLoadBalancer.hosts[0]", (host) => shared({ hosts: [host] }))],
  [elb.rulePath, service("sharedLoadBalancer.paths[0]", (path) => shared({ paths: [path] }))],
  [elb.ruleHeaderName, service("testHeader.name", (name) => ({ controller: "ECS", testHeader: { name, value: "1" } }))],
  [
    elb.ruleHeaderValue,
    service("testHeader.value", (value) => ({ controller: "ECS", testHeader: { name: "X", value } })),
  ],
  [
    elb.sslPolicy,
    service("https.sslPolicy", (sslPolicy) => ({ https: { domainName: "a.com", zoneId: "Z1", sslPolicy } })),
  ],
  [
    elb.accessLogPrefix,
    service("loadBalancer.accessLogs.prefix", (prefix) => ({ loadBalancer: { accessLogs: { prefix } } })),
  ],
  [
    names.bucketName,
    service("loadBalancer.accessLogs.bucket", (bucket) => ({ loadBalancer: { accessLogs: { bucket } } })),
  ],
  [names.domainName, service("https.domainName", (domainName) => ({ https: { domainName, certificateArn: "x" } }))],
  [names.hostedZoneId, service("https.zoneId", (zoneId) => ({ https: { domainName: "a.com", zoneId } }))],
  [
    arns.certificateArn,
    service("https.certificateArn", (certificateArn) => ({ https: { domainName: "a.com", certificateArn } })),
  ],
  [arns.webAclArn, service("loadBalancer.webAclArn", (webAclArn) => ({ loadBalancer: { webAclArn } }))],
  [arns.loadBalancerArn, service("loadBalancer.arn", (arn) => ({ loadBalancer: { arn } }))],
  [
    arns.listenerArn,
    service("sharedLoadBalancer.productionListenerArn", (arn) => shared({ productionListenerArn: arn })),
  ],
  [
    arns.listenerArn,
    service("sharedLoadBalancer.testListenerArn", (arn) =>
      shared({ testListenerArn: arn, productionListenerArn: `${arn}0` }),
    ),
  ],
  [arns.clusterArn, service("clusterArn", (clusterArn) => ({ clusterArn }))],
  [arns.managedPolicyArn, service("taskPolicyArns[0]", (arn) => ({ taskPolicyArns: [arn] }))],
  [arns.kmsKeyArn, service("secretKeyArns[0]", (arn) => ({ secretKeyArns: [arn] }))],
  [arns.secretArn, service("secrets.TOKEN", (TOKEN) => ({ secrets: { TOKEN } }))],
  [arns.secretArn, service("sidecars[0].secrets.TOKEN", (TOKEN) => sidecar({ secrets: { TOKEN } }))],
  [ecs.image, { ...service("firstImage", (firstImage) => ({ firstImage })), argument: "image" }],
  [ecs.image, service("sidecars[0].image", (image) => sidecar({ image }))],
  [ecs.image, service("logRouter.image", (image) => ({ logRouter: { image } }))],
  [ecs.image, service("openTelemetry.image", (image) => ({ openTelemetry: { image } }))],
  [ecs.containerUser, service("container.user", (user) => ({ container: { user } }))],
  [ecs.taskName, service("efsVolumes[0].name", (name) => volume({ name }))],
  [ecs.fileSystemId, service("efsVolumes[0].fileSystemId", (fileSystemId) => volume({ fileSystemId }))],
  [ecs.accessPointId, service("efsVolumes[0].accessPointId", (accessPointId) => volume({ accessPointId }))],
  [names.securityGroupId, service("efsVolumes[0].securityGroupId", (securityGroupId) => volume({ securityGroupId }))],
  [names.vpcId, { ...service("vpcId", (vpcId) => ({ vpcId })), argument: "network.vpcId" }],
  [
    names.subnetId,
    {
      ...service("publicSubnetIds[0]", (id) => ({ publicSubnetIds: [id, "subnet-2"] })),
      argument: "network.publicSubnetIds[0]",
    },
  ],
  [
    names.subnetId,
    {
      ...service("privateSubnetIds[0]", (id) => ({ privateSubnetIds: [id] })),
      argument: "network.privateSubnetIds[0]",
    },
  ],
  [cloudWatch.alarmName, service("alarmNames[0]", (name) => ({ alarmNames: [name] }))],
  [codeDeploy.configurationName, service("deploymentConfigName", (deploymentConfigName) => ({ deploymentConfigName }))],
  [codePipeline.githubRepository, pipeline("githubRepository", (githubRepository) => ({ githubRepository }))],
  [codePipeline.branch, pipeline("branch", (branch) => ({ branch }))],
  [
    codePipeline.triggerPattern,
    pipeline("triggers.branches.includes[0]", (one) => ({ triggers: { branches: { includes: [one] } } })),
  ],
  [
    codePipeline.triggerPattern,
    pipeline("triggers.filePaths.excludes[0]", (one) => ({ triggers: { filePaths: { excludes: [one] } } })),
  ],
  [codePipeline.approvalMessage, pipeline("deployApproval.message", (message) => ({ deployApproval: { message } }))],
  [
    codeBuild.buildPath,
    pipeline("tests.reportFiles[0]", (file) => ({ tests: { command: "true", reportFiles: [file] } })),
  ],
  [codeBuild.command, pipeline("tests.command", (command) => ({ tests: { command } }))],
  [arns.connectionArn, pipeline("connectionArn", (connectionArn) => ({ connectionArn }))],
  [arns.signingProfileArn, pipeline("signingProfileArn", (signingProfileArn) => ({ signingProfileArn }))],
  [arns.topicArn, pipeline("deployApproval.topicArn", (topicArn) => ({ deployApproval: { topicArn } }))],
  [arns.eventBusArn, pipeline("promoteTo[0]", (arn) => ({ promoteTo: [arn] }))],
  [arns.kmsKeyArn, pipeline("promoteFrom.keyArn", (keyArn) => released({ keyArn, repositoryUri: "elsewhere" }))],
  [names.bucketName, pipeline("promoteFrom.bucket", (bucket) => released({ bucket }))],
  [
    arns.topicArn,
    { ...pipeline("notifications.topicArn", (topicArn) => ({ notifications: { topicArn } })), judge: "notifications" },
  ],
  [
    names.slackWorkspaceId,
    {
      ...pipeline("notifications.slack.workspaceId", (workspaceId) => ({
        notifications: { slack: { workspaceId, channelId: "C1" } },
      })),
      judge: "notifications",
    },
  ],
  [
    names.slackChannelId,
    {
      ...pipeline("notifications.slack.channelId", (channelId) => ({
        notifications: { slack: { workspaceId: "T1", channelId } },
      })),
      judge: "notifications",
    },
  ],
];
