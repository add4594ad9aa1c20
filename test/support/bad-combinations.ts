import { existingNetwork } from "./existing-network";

const account = "123456789012";
const arn = (service: string, resource: string, region = "eu-central-1") =>
  `arn:aws:${service}:${region}:${account}:${resource}`;
const listener = (kind: string, region?: string) =>
  arn("elasticloadbalancing", `listener/${kind}/web/50dc6c495c0c9188/f2f7dc8efc522ab2`, region);
const testListener = listener("app").replace("f2f7dc8efc522ab2", "0467ef3c8400ae65");
const shared = { productionListenerArn: listener("app"), testListenerArn: testListener, hosts: ["a.com"], priority: 2 };
const testHeader = { name: "X-Test", value: "s3cret" };
const image = (region: string) => `${account}.dkr.ecr.${region}.amazonaws.com/shop:1`;
const volume = { name: "files", fileSystemId: "fs-0123", accessPointId: "fsap-0123", containerPath: "/data" };
const released = (region: string, bucket = "other-released-0123456") => ({
  repositoryUri: `${account}.dkr.ecr.${region}.amazonaws.com/other-1234567`,
  bucket,
  keyArn: arn("kms", "key/11111111-2222-3333-4444-555555555555", region),
});
const scaled = { minimum: 2, maximum: 4, cpuPercent: 60 };
const night = { name: "night", cron: "0 20 ? * MON-FRI *", minimum: 0, maximum: 0 };
const sidecar = { name: "proxy", image: "nginx:1" };

type Case = readonly [settings: Readonly<Record<string, unknown>>, paths: readonly string[], wayOut: RegExp];

/** What no release could do, by its settings: where each mistake is, and the way out that is told. */
export const combinations: Readonly<Record<string, Case>> = {
  // Controllers
  "a circuit breaker with CodeDeploy": [
    { deploymentCircuitBreaker: true },
    ["deploymentCircuitBreaker"],
    /leave it out .*or set controller to ECS/,
  ],
  "Service Connect, which CodeDeploy does not take and no setting makes": [
    { serviceConnect: {} },
    ["serviceConnect"],
    /docs\/settings\.md lists them all/,
  ],
  "a test header with CodeDeploy": [{ testHeader }, ["testHeader"], /use testPort, or set controller to ECS/],
  "CodeDeploy's configurations with ECS": [
    { controller: "ECS", deploymentConfigName: "CodeDeployDefault.ECSLinear10PercentEvery1Minutes" },
    ["deploymentConfigName"],
    /say canary or linear instead/,
  ],
  "a canary and a linear shift": [
    { canary: { percent: 10, minutes: 5 }, linear: { percent: 10, minutes: 5 } },
    ["linear"],
    /keep one of them/,
  ],
  // Waits
  "a test longer than Lambda's fifteen minutes with CodeDeploy": [
    { waitMinutes: 14 },
    ["waitMinutes"],
    /trafficShift: approval.*controller: ECS/,
  ],
  "a wait for a person beyond CodeDeploy's two days": [
    { trafficShift: "approval", waitMinutes: 2881 },
    ["waitMinutes"],
    /1 to 2880/,
  ],
  "blue kept beyond ECS's day": [
    { controller: "ECS", terminationWaitMinutes: 1441 },
    ["terminationWaitMinutes"],
    /0 to 1440/,
  ],
  "waits that come to more than the pipeline follows": [
    { controller: "ECS", waitMinutes: 700, terminationWaitMinutes: 700 },
    ["terminationWaitMinutes"],
    /keep all waits within 1380/,
  ],
  "waits that come to more than five days with CodeDeploy": [
    {
      trafficShift: "approval",
      waitMinutes: 2880,
      canary: { percent: 10, minutes: 2880 },
      terminationWaitMinutes: 2880,
    },
    ["terminationWaitMinutes"],
    /come to 8640 minutes.*for 5 days: keep all waits within 7080/,
  ],
  "blue gone before an alarm could fire": [
    { alarms: {}, terminationWaitMinutes: 2 },
    ["terminationWaitMinutes"],
    /Give it 3 or more/,
  ],
  // Traffic
  "a canary behind a network load balancer": [
    {
      ...existingNetwork,
      canary: { percent: 10, minutes: 5 },
      sharedLoadBalancer: { ...shared, productionListenerArn: listener("net") },
    },
    ["sharedLoadBalancer.productionListenerArn"],
    /application load balancer's listener/,
  ],
  "a test header and a test listener": [
    { ...existingNetwork, controller: "ECS", testHeader, sharedLoadBalancer: shared },
    ["sharedLoadBalancer.testListenerArn"],
    /leave one of the two out/,
  ],
  "HTTPS without a certificate": [
    { https: { domainName: "a.com" } },
    ["https.certificateArn"],
    /name one, or a zoneId/,
  ],
  "two listeners on one port": [{ productionPort: 8090 }, ["testPort"], /choose another/],
  "sticky clients for longer than a week": [
    { stickiness: { seconds: 604_801 } },
    ["stickiness.seconds"],
    /1 to 604800/,
  ],
  "a load balancer inside a network with one private subnet": [
    {
      loadBalancer: { internal: true },
      vpcId: "vpc-1",
      publicSubnetIds: ["subnet-1", "subnet-2"],
      privateSubnetIds: ["subnet-3"],
    },
    ["privateSubnetIds"],
    /needs two or more, in different availability zones/,
  ],
  // Size and count
  "memory that Fargate does not pair": [{ cpu: 256, memoryMiB: 4096 }, ["memoryMiB"], /choose 512, 1024, 2048/],
  "less disk than Fargate gives anyway": [{ ephemeralStorageGiB: 20 }, ["ephemeralStorageGiB"], /21 to 200/],
  "Spot with no weight": [
    { capacityProviders: [{ name: "FARGATE_SPOT", weight: 0 }] },
    ["capacityProviders"],
    /no weight above 0/,
  ],
  "a minimum above the maximum": [
    { desiredCount: 2, autoscaling: { ...scaled, minimum: 5 } },
    ["autoscaling.minimum"],
    /above the maximum of 4/,
  ],
  "a first count outside autoscaling's": [{ desiredCount: 1, autoscaling: scaled }, ["desiredCount"], /2 to 4/],
  // Times
  "a window that never opens": [
    { deploymentWindow: { cron: "* * 9 30 FEB ? *" } },
    ["deploymentWindow.cron"],
    /no moment that is to come/,
  ],
  "a window that has closed for good": [
    { deploymentWindow: { cron: "* * 9 ? * MON 2020" } },
    ["deploymentWindow.cron"],
    /no moment that is to come/,
  ],
  "a schedule that never comes": [
    { desiredCount: 2, autoscaling: { ...scaled, schedules: [{ ...night, cron: "0 20 31 JUN ? *" }] } },
    ["autoscaling.schedules[0].cron"],
    /no moment that is to come/,
  ],
  "a schedule at an hour that is none": [
    { desiredCount: 2, autoscaling: { ...scaled, schedules: [{ ...night, cron: "0 25 ? * MON-FRI *" }] } },
    ["autoscaling.schedules[0].cron"],
    /is no cron expression/,
  ],
  // Containers
  "ECS Exec in a read-only root file system": [
    { executeCommand: true, container: { readonlyRootFilesystem: true } },
    ["executeCommand"],
    /give up one of the two/,
  ],
  "ECS Exec in a cluster whose log is another's": [
    { executeCommand: true, clusterArn: arn("ecs", "cluster/web") },
    ["executeCommand"],
    /leave one of the two out/,
  ],
  "a file system where a directory in memory is": [
    { efsVolumes: [volume], container: { tmpfs: [{ containerPath: "/data", sizeMiB: 8 }] } },
    ["efsVolumes[0].containerPath"],
    /one of the two/,
  ],
  "a directory in memory twice": [
    { container: { tmpfs: [1, 2].map((sizeMiB) => ({ containerPath: "/tmp", sizeMiB })) } },
    ["container.tmpfs[1].containerPath"],
    /listed twice/,
  ],
  "two sidecars of one name": [{ sidecars: [sidecar, sidecar] }, ["sidecars[1].name"], /listed twice/],
  "a sidecar on the app's port": [
    { sidecars: [{ ...sidecar, ports: [3000] }] },
    ["sidecars[0].ports"],
    /another container of the task listens on/,
  ],
  "an app on the collector's port": [
    { containerPort: 4318, openTelemetry: {} },
    ["openTelemetry"],
    /brings along a container whose ports has 4318/,
  ],
  "a sidecar with the log router's name": [
    { sidecars: [{ ...sidecar, name: "log-router" }], logRouter: {} },
    ["logRouter"],
    /brings along a container whose name "log-router" is listed twice/,
  ],
  "secrets of a log router for no destination": [
    { logRouter: { secretOptions: { apikey: arn("ssm", "parameter/key") } } },
    ["logRouter.secretOptions"],
    /name it in options/,
  ],
  "a log router without its destination's name": [
    { logRouter: { options: { Host: "logs.example.com" } } },
    ["logRouter.options"],
    /has no Name/,
  ],
  // A network without NAT
  "logs to the internet without NAT": [
    {
      natGateways: "none",
      firstImage: image("eu-central-1"),
      logRouter: { image: image("eu-central-1"), options: { Name: "datadog" } },
    },
    ["logRouter.options"],
    /give the network NAT/,
  ],
  "an image in another region without NAT": [
    { natGateways: "none", firstImage: image("eu-west-1") },
    ["firstImage"],
    /copy it to a repository there/,
  ],
  // Other stacks, other regions
  "a promotion of its own releases": [
    { githubRepository: undefined, promoteFrom: released("eu-central-1", "greenlight-dev-released-0123456") },
    ["promoteFrom"],
    /another stack says of itself/,
  ],
  "a promotion to itself": [
    { promoteTo: [arn("events", "event-bus/greenlight-dev-promotions")] },
    ["promoteTo[0]"],
    /another stack says of itself/,
  ],
  "a promotion and a repository to build from": [
    { promoteFrom: released("eu-central-1") },
    ["githubRepository"],
    /Leave one of them out/,
  ],
  "a promotion and bills of materials of what is built": [
    { githubRepository: undefined, promoteFrom: released("eu-central-1"), sbom: true },
    ["sbom"],
    /another stack builds.* Leave one of them out/,
  ],
  "what is of another region": [
    {
      githubRepository: undefined,
      clusterArn: arn("ecs", "cluster/web", "eu-west-1"),
      deployApproval: { topicArn: arn("sns", "people", "eu-west-1") },
      https: { domainName: "a.com", certificateArn: arn("acm", "certificate/1", "us-east-1") },
      loadBalancer: { webAclArn: arn("wafv2", "regional/webacl/a/1", "us-east-1") },
      notifications: { topicArn: arn("sns", "people", "eu-west-1") },
      promoteFrom: released("us-east-1"),
      promoteTo: [arn("events", "event-bus/till-promotions"), arn("events", "event-bus/shop-promotions", "us-east-1")],
    },
    [
      "clusterArn",
      "deployApproval.topicArn",
      "https.certificateArn",
      "loadBalancer.webAclArn",
      "notifications.topicArn",
      "promoteFrom.keyArn",
      "promoteTo[1]",
    ],
    /this stack of eu-central-1; name one of eu-central-1/,
  ],
  "a load balancer that is there, and a network that is not": [
    { sharedLoadBalancer: shared },
    ["vpcId"],
    /takes tasks of its own VPC only\. Name vpcId, publicSubnetIds and privateSubnetIds/,
  ],
  "listeners on a load balancer that is there, and a network that is not": [
    { loadBalancer: { arn: arn("elasticloadbalancing", "loadbalancer/app/web/50dc6c495c0c9188") } },
    ["vpcId"],
    /loadBalancer\.arn names a load balancer that is there/,
  ],
  "a load balancer of another region": [
    {
      ...existingNetwork,
      sharedLoadBalancer: {
        ...shared,
        productionListenerArn: listener("app", "us-east-1"),
        testListenerArn: testListener.replace("eu-central-1", "us-east-1"),
      },
    },
    ["sharedLoadBalancer.productionListenerArn", "sharedLoadBalancer.testListenerArn"],
    /name one of eu-central-1/,
  ],
};
