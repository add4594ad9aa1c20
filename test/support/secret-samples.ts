import { existingNetwork } from "./existing-network";
import { promoteFrom, promoteTo } from "./promotion";

type Values = Readonly<Record<string, unknown>>;

const account = "123456789012";
const key = `arn:aws:kms:eu-central-1:${account}:key/11111111-2222-3333-4444-555555555555`;
const listener = `arn:aws:elasticloadbalancing:eu-central-1:${account}:listener/app/web/50dc6c495c0c9188`;
const secretArn = (name: string) => `arn:aws:secretsmanager:eu-central-1:${account}:secret:${name}-AbCdEf`;
const image = (name: string) => `${account}.dkr.ecr.eu-central-1.amazonaws.com/${name}:1`;
/** Room for files in memory. */
const roomy = { cpu: 2048, memoryMiB: 16384 };
const container = {
  entryPoint: ["/planted-entry"],
  command: ["--key=planted-command"],
  user: "planted-user",
  tmpfs: [{ containerPath: "/planted-tmpfs", sizeMiB: 4711 }],
  stopTimeoutSeconds: 117,
  healthCheck: { command: ["CMD-SHELL", "planted-health"], intervalSeconds: 113 },
};
const shared = {
  productionListenerArn: `${listener}/f2f7dc8efc522ab2`,
  testListenerArn: `${listener}/0467ef3c8400ae65`,
  hosts: ["planted-host.example.com"],
  paths: ["/planted-path/*"],
  priority: 4711,
};
const volume = {
  name: "planted-volume",
  fileSystemId: "fs-0123456789abcdef0",
  accessPointId: "fsap-0123456789abcdef0",
  containerPath: "/planted-mount",
};

/** A value of each setting that appears nowhere else, and the settings that it needs beside it. */
export const samples: Readonly<Record<string, readonly [value: unknown, beside?: Values]>> = {
  alarmNames: [["planted-alarm"]],
  alarms: [{ serverErrorPercent: 31.25, latencyP99Ms: 4711 }],
  appDirectory: ["./app"],
  autoscaling: [{ minimum: 17, maximum: 4711, cpuPercent: 61.5 }, { desiredCount: 17 }],
  availabilityZones: [3],
  branch: ["planted-branch"],
  buildCache: [{ freshEvery: "week" }],
  canary: [{ percent: 37, minutes: 113 }],
  capacityProviders: [[{ name: "FARGATE_SPOT", weight: 117 }]],
  checks: [
    [
      {
        path: "/planted-check",
        method: "POST",
        headers: { "X-Key": "planted-header" },
        body: "planted-body",
        expectStatus: 207,
        expectHeaders: { "X-Answer": "planted-answer" },
        expectBodyContains: "planted-part",
        expectBodyMatches: "planted.*pattern",
        maxLatencyMs: 4711,
      },
    ],
  ],
  clusterArn: [`arn:aws:ecs:eu-central-1:${account}:cluster/planted-cluster`],
  connectionArn: [`arn:aws:codeconnections:eu-central-1:${account}:connection/11111111-2222-3333-4444-555555555555`],
  container: [container, roomy],
  containerPort: [4711],
  controller: ["ECS"],
  cpu: [1024, { memoryMiB: 4096 }],
  cpuArchitecture: ["ARM64"],
  deletionProtection: [true],
  deployApproval: [
    { topicArn: `arn:aws:sns:eu-central-1:${account}:planted-topic`, message: "planted-message", timeoutMinutes: 4711 },
  ],
  deploymentCircuitBreaker: [true, { controller: "ECS" }],
  deploymentConfigName: ["CodeDeployDefault.ECSLinear10PercentEvery1Minutes"],
  deploymentWindow: [{ cron: "* * 9-16 ? * MON-THU *", timeZone: "Antarctica/Troll" }],
  deregistrationDelaySeconds: [117],
  desiredCount: [17],
  efsVolumes: [[volume]],
  environment: [{ KEY: "planted-variable" }],
  ephemeralStorageGiB: [117],
  executeCommand: [true],
  executionMode: ["QUEUED"],
  firstImage: [image("planted-image")],
  githubRepository: ["planted-org/planted-repository"],
  healthCheck: [{ path: "/planted-health", intervalSeconds: 117, matcher: "207" }],
  healthCheckGracePeriodSeconds: [4711],
  https: [
    {
      domainName: "planted.example.com",
      zoneId: "ZPLANTED",
      certificateArn: `arn:aws:acm:eu-central-1:${account}:certificate/11111111-2222-3333-4444-555555555555`,
      sslPolicy: "ELBSecurityPolicy-TLS13-1-3-2021-06",
      redirectPort: 4711,
    },
    { productionPort: 443 },
  ],
  linear: [{ percent: 37, minutes: 113 }],
  loadBalancer: [{ idleTimeoutSeconds: 117, accessLogs: { bucket: "planted-bucket", prefix: "planted-prefix" } }],
  logRetentionDays: [1827],
  logRouter: [
    { options: { Name: "datadog", apikey: "planted-option" }, secretOptions: { dd: secretArn("planted-option") } },
  ],
  memoryMiB: [1024],
  name: ["planted"],
  natGateways: ["perZone"],
  notifications: [{ topicArn: `arn:aws:sns:eu-central-1:${account}:planted-topic`, keyArn: key }],
  openTelemetry: [{ image: image("planted-collector"), config: 'extensions:\n  key: "planted-config"\n' }],
  privateSubnetIds: [existingNetwork.privateSubnetIds, existingNetwork],
  productionCidrs: [["192.0.2.0/24"]],
  productionPort: [4711],
  promoteFrom: [promoteFrom, { githubRepository: undefined }],
  promoteTo: [promoteTo],
  publicSubnetIds: [existingNetwork.publicSubnetIds, existingNetwork],
  sbom: [true],
  scanGate: [{ severity: "MEDIUM" }],
  secretKeyArns: [[key], { secrets: { KEY: secretArn("plain") } }],
  secrets: [{ KEY: secretArn("planted-secret"), OTHER: `arn:aws:ssm:eu-central-1:${account}:parameter/planted` }],
  sharedLoadBalancer: [shared, { ...existingNetwork, checks: [{ path: "/planted-path/health" }] }],
  sidecars: [
    [{ ...container, name: "planted-sidecar", image: image("planted-proxy"), environment: { KEY: "planted-other" } }],
    roomy,
  ],
  signingProfileArn: [`arn:aws:signer:eu-central-1:${account}:/signing-profiles/planted`],
  slowStartSeconds: [117],
  sourceDirectory: ["planted-directory"],
  stickiness: [{ seconds: 4711 }],
  taskPolicyArns: [[`arn:aws:iam::${account}:policy/planted-policy`]],
  templateInRepository: [true],
  terminationWaitMinutes: [117],
  testCidrs: [["198.51.100.0/24"]],
  testHeader: [{ name: "X-Planted", value: "planted-value" }, { controller: "ECS" }],
  testPort: [4711],
  tests: [{ command: "planted-command --token x", reportFiles: ["planted-reports/*.xml"] }],
  trafficShift: ["approval"],
  triggers: [{ branches: { includes: ["planted/*"] }, filePaths: { excludes: ["planted-docs/**"] } }],
  vpcId: ["vpc-0123456789abcdef0", existingNetwork],
  waitMinutes: [11],
  zoneCidrMask: [21],
};
