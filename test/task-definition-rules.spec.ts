import assert from "node:assert/strict";
import fc from "fast-check";
import { taskDefinitionMistakes } from "../aws-rules";
import { fill } from "../hooks/ecs-release/fill";
import { fillTemplate } from "../rehearsal/codepipeline/fill-template";
import { mutated } from "./fuzz/mutations";
import { programGraph, releaseTemplate } from "./support/graph";

const arn = (service: string, resource: string) => `arn:aws:${service}:eu-central-1:123456789012:${resource}`;
const token = arn("ssm", "parameter/shop/token");
const app = {
  name: "shop",
  image: "<IMAGE1_NAME>",
  portMappings: [{ containerPort: 3000 }],
  logConfiguration: { logDriver: "awslogs" },
};
const sound = {
  family: "shop",
  requiresCompatibilities: ["FARGATE"],
  networkMode: "awsvpc",
  cpu: "256",
  memory: "512",
  executionRoleArn: "arn:aws:iam::123456789012:role/execution",
  containerDefinitions: [app],
};
const withApp = (more: object) => ({ ...sound, containerDefinitions: [{ ...app, ...more }] });
const beside = (more: object) => ({
  ...sound,
  containerDefinitions: [app, { name: "proxy", image: "nginx:1", ...more }],
});
const variables = (...names: string[]) => names.map((name) => ({ name, value: "1" }));
const secrets = (...names: string[]) => names.map((name) => ({ name, valueFrom: token }));
const tags = (count: number) => Array.from({ length: count }, (_, index) => ({ key: `tag-${index}`, value: "1" }));
const imageDetail = JSON.stringify({
  ImageURI: `123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop@sha256:${"0".repeat(64)}`,
});

/** Task definitions that ECS does not register, each with the reason. */
const refused: Readonly<Record<string, readonly [definition: object, reason: RegExp]>> = {
  "a name in environment and in secrets": [
    withApp({ environment: variables("TOKEN"), secrets: secrets("TOKEN") }),
    /container "shop": TOKEN is in environment and in secrets\. Keep one of the two/,
  ],
  "a secret's name twice": [withApp({ secrets: secrets("TOKEN", "TOKEN") }), /TOKEN is listed twice in secrets/],
  "an option of the log that is secret twice": [
    withApp({ logConfiguration: { logDriver: "splunk", secretOptions: secrets("key", "key") } }),
    /key is listed twice in logConfiguration\.secretOptions/,
  ],
  "a variable without a name": [withApp({ environment: variables("") }), /a variable is empty/],
  "two containers of one name": [beside({ name: "shop" }), /has two containers "shop"/],
  "a container's name with a space": [beside({ name: "a b" }), /name is "a b"; expected up to 255 letters/],
  "eleven containers": [
    {
      ...sound,
      containerDefinitions: [
        app,
        ...Array.from({ length: 10 }, (_, index) => ({ name: `c${index}`, image: "nginx:1" })),
      ],
    },
    /its containers: is 11; expected 1 to 10/,
  ],
  "no essential container": [withApp({ essential: false }), /has no essential container/],
  "a port that two containers map": [
    beside({ portMappings: [{ containerPort: 3000 }] }),
    /maps the port 3000\/tcp twice/,
  ],
  "another host port": [
    withApp({ portMappings: [{ containerPort: 3000, hostPort: 80 }] }),
    /hostPort is 80; .*Leave it out/,
  ],
  "CPU that Fargate lacks": [{ ...sound, cpu: "300" }, /cpu is "300"; Fargate has 256, 512/],
  "memory that Fargate does not pair": [
    { ...sound, memory: "4 GB" },
    /memory is "4 GB"; Fargate pairs 512, 1024, 2048 MiB/,
  ],
  "no CPU": [{ ...sound, cpu: undefined }, /cpu is missing/],
  "containers that take more CPU than the task has": [beside({ cpu: 512 }), /take 512 CPU units, and the task has 256/],
  "containers that reserve more memory than the task has": [
    beside({ memory: 1024, memoryReservation: 768 }),
    /reserve 768 MiB of memory, and the task has 512/,
  ],
  "a reservation above the memory": [
    beside({ memory: 128, memoryReservation: 256 }),
    /memoryReservation is 256, above/,
  ],
  "a volume that is not declared": [withApp({ mountPoints: [{ sourceVolume: "files" }] }), /mounts the volume "files"/],
  "a volume twice": [{ ...sound, volumes: [{ name: "files" }, { name: "files" }] }, /has two volumes "files"/],
  "a host's folder": [{ ...sound, volumes: [{ name: "files", host: { sourcePath: "/" } }] }, /is of a host/],
  "a container that waits for none": [
    withApp({ dependsOn: [{ containerName: "db", condition: "START" }] }),
    /there is no such container/,
  ],
  "a wait for the end of an essential container": [
    beside({ dependsOn: [{ containerName: "shop", condition: "COMPLETE" }] }),
    /waits for the end of "shop", which is essential/,
  ],
  "a health check without a program": [withApp({ healthCheck: { command: ["CMD"] } }), /healthCheck\.command must be/],
  "a privileged container": [withApp({ privileged: true }), /privileged is not for Fargate/],
  "all capabilities": [
    withApp({ linuxParameters: { capabilities: { add: ["ALL"] } } }),
    /capabilities\.add has ALL; Fargate adds SYS_PTRACE only/,
  ],
  "a capability of its host without naming Fargate": [
    { ...withApp({ linuxParameters: { capabilities: { add: ["SYS_ADMIN"] } } }), requiresCompatibilities: ["EC2"] },
    /capabilities\.add has SYS_ADMIN; Fargate adds SYS_PTRACE only/,
  ],
  "a capability to drop that does not exist": [
    withApp({ linuxParameters: { capabilities: { drop: ["EVERYTHING"] } } }),
    /capabilities\.drop has EVERYTHING, which ECS does not know/,
  ],
  "options of Docker's own security": [
    withApp({ dockerSecurityOptions: ["seccomp=unconfined"] }),
    /dockerSecurityOptions is not for Fargate/,
  ],
  "a host's device": [
    withApp({ linuxParameters: { devices: [{ hostPath: "/dev/sda" }] } }),
    /linuxParameters\.devices is not for Fargate/,
  ],
  "shared memory": [
    withApp({ linuxParameters: { sharedMemorySize: 64 } }),
    /linuxParameters\.sharedMemorySize is not for Fargate/,
  ],
  "names of other hosts": [
    withApp({ extraHosts: [{ hostname: "db", ipAddress: "10.0.0.1" }] }),
    /extraHosts is not for Fargate/,
  ],
  "links to other containers": [withApp({ links: ["db"] }), /links is not for Fargate/],
  "a mount's path with a comma": [
    withApp({ mountPoints: [{ containerPath: "/x,type=bind,src=/,dst=/host" }] }),
    /mountPoints\.containerPath is "\/x,type=bind.*expected an absolute path without commas/,
  ],
  "a mount's path with a quote": [
    withApp({ mountPoints: [{ containerPath: '/x"' }] }),
    /expected an absolute path without commas/,
  ],
  "a mount's path with a line end": [
    withApp({ mountPoints: [{ containerPath: "/x\n" }] }),
    /expected an absolute path without commas/,
  ],
  "a mount's relative path": [
    withApp({ mountPoints: [{ containerPath: "data" }] }),
    /mountPoints\.containerPath is "data"; expected an absolute path/,
  ],
  "a volume's name with a comma": [
    { ...withApp({ mountPoints: [{ sourceVolume: "a,src=/", containerPath: "/x" }] }), volumes: [{ name: "a,src=/" }] },
    /a volume's name: is "a,src=\/"/,
  ],
  "a path in memory with a colon": [
    withApp({ linuxParameters: { tmpfs: [{ containerPath: "/x:exec", size: 1 }] } }),
    /linuxParameters\.tmpfs\.containerPath is "\/x:exec"/,
  ],
  "options of memory that ECS lacks": [
    withApp({ linuxParameters: { tmpfs: [{ containerPath: "/x", size: 1, mountOptions: ["noexec,size=9g"] }] } }),
    /linuxParameters\.tmpfs\.mountOptions is "noexec,size=9g"; expected one mount option/,
  ],
  "a ulimit that Fargate lacks": [withApp({ ulimits: [{ name: "nproc" }] }), /the ulimit nproc is not for Fargate/],
  "a log driver that Fargate lacks": [
    withApp({ logConfiguration: { logDriver: "json-file" } }),
    /the log driver json-file/,
  ],
  "a log without its router": [
    withApp({ logConfiguration: { logDriver: "awsfirelens" } }),
    /no container has a firelensConfiguration/,
  ],
  "another network mode": [{ ...sound, networkMode: "bridge" }, /networkMode is "bridge"; Fargate takes awsvpc/],
  "secrets without a role": [
    { ...withApp({ secrets: secrets("A") }), executionRoleArn: undefined },
    /no executionRoleArn/,
  ],
  "too small a disk": [
    { ...sound, ephemeralStorage: { sizeInGiB: 20 } },
    /ephemeralStorage: is 20; expected 21 to 200/,
  ],
  "too many bytes": [withApp({ environment: [{ name: "A", value: "a".repeat(65_536) }] }), /ECS takes 65536/],
  "51 tags": [{ ...sound, tags: tags(51) }, /has 51 tags/],
  "a tag of AWS's own": [{ ...sound, tags: [{ key: "aws:team" }] }, /AWS's own/],
};

describe("a task definition that ECS would not register", () => {
  for (const [title, [definition, reason]] of Object.entries(refused)) {
    it(`is refused by both controllers' releases before anything is registered: ${title}`, () => {
      assert.match(
        refusalOf(() => fillByEcs(definition)),
        reason,
      );
      assert.match(
        refusalOf(() => fillByCodeDeploy(definition)),
        reason,
      );
    });
  }

  it("is not one with sizes in words, tags, SYS_PTRACE, memory as a folder, or a port by two protocols", () => {
    const portMappings = [{ containerPort: 3000 }, { containerPort: 3000, protocol: "udp" }];
    const tmpfs = [{ containerPath: "/run", size: 1, mountOptions: ["nodev", "noexec", "mode=1777"] }];
    const linuxParameters = { capabilities: { add: ["SYS_PTRACE"], drop: ["ALL"] }, tmpfs };
    const definition = {
      ...withApp({ portMappings, linuxParameters }),
      cpu: ".25 vCPU",
      memory: "1 GB",
      tags: tags(48),
    };
    fillByEcs(definition);
    fillByCodeDeploy(definition);
  });

  it("is one with 49 tags where ECS deploys, since the release adds two", () => {
    const definition = { ...sound, tags: tags(49) };
    assert.match(
      refusalOf(() => fillByEcs(definition)),
      /has 49 tags; a release takes 48\. Remove some/,
    );
    fillByCodeDeploy(definition);
  });

  it("is told from any JSON without an error of its own", () => {
    fc.assert(
      fc.property(
        mutated({ ...beside({ dependsOn: [{ containerName: "shop" }] }), volumes: [{ name: "a" }], tags: tags(2) }),
        (value) => {
          if (typeof value !== "object" || value === null || Array.isArray(value)) return;
          assert.ok(taskDefinitionMistakes(value as Record<string, unknown>).every((mistake) => mistake.length > 0));
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe("a collector beside the app", () => {
  it("leaves to the app what it reads from a secret under the same name", async () => {
    const graph = await programGraph({}, { openTelemetry: {}, secrets: { OTEL_SERVICE_NAME: token } });
    const definition = JSON.parse(releaseTemplate(graph)["taskdef.json"]!) as typeof sound;
    const [container] = definition.containerDefinitions as unknown as Record<
      "environment" | "secrets",
      { name: string }[]
    >[];
    assert.deepEqual(
      container!.environment.map(({ name }) => name),
      ["PORT", "OTEL_EXPORTER_OTLP_ENDPOINT"],
    );
    assert.deepEqual(
      container!.secrets.map(({ name }) => name),
      ["OTEL_SERVICE_NAME"],
    );
    assert.deepEqual(taskDefinitionMistakes(definition), []);
  });
});

function fillByEcs(definition: object): void {
  const loadBalancers = [{ containerName: "shop", containerPort: 3000 }];
  const update = { service: "shop", taskDefinition: "<TASK_DEFINITION>", loadBalancers };
  fill({
    "taskdef.json": JSON.stringify(definition),
    "service.json": JSON.stringify(update),
    "imageDetail.json": imageDetail,
  });
}

function fillByCodeDeploy(definition: object): void {
  const appSpec = `version: 0.0
Resources:
  - TargetService:
      Type: AWS::ECS::Service
      Properties:
        TaskDefinition: <TASK_DEFINITION>
        LoadBalancerInfo: { ContainerName: shop, ContainerPort: 3000 }
`;
  fillTemplate({ taskDefinition: JSON.stringify(definition), appSpec, imageDetail, imagePlaceholder: "IMAGE1_NAME" });
}

function refusalOf(act: () => void): string {
  try {
    act();
  } catch (error) {
    return (error as Error).message;
  }
  return "nothing was refused";
}
