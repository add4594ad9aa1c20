import type { RegisterTaskDefinitionRequest, ServiceDeployment, Tag, UpdateServiceRequest } from "@aws-sdk/client-ecs";
import type { PutJobFailureResultInput, PutJobSuccessResultInput } from "@aws-sdk/client-codepipeline";
import { strToU8, zipSync } from "fflate";
import type { AwsError } from "../../../rehearsal/aws-endpoint/control-plane";
import { type AwsControlPlane } from "../../../rehearsal/aws-endpoint/control-plane";

const account = "us-east-1:123456789012";
const alb = `arn:aws:elasticloadbalancing:${account}`;
export const image = `123456789012.dkr.ecr.us-east-1.amazonaws.com/demo@sha256:${"a".repeat(64)}`;
export const pipelineExecutionId = "execution-1";

const advancedConfiguration = {
  alternateTargetGroupArn: `${alb}:targetgroup/green/2`,
  productionListenerRule: `${alb}:listener-rule/app/demo/1/production/2`,
  testListenerRule: `${alb}:listener-rule/app/demo/1/test/2`,
  roleArn: "arn:aws:iam::123456789012:role/infrastructure",
};
export const loadBalancers = [
  { targetGroupArn: `${alb}:targetgroup/blue/1`, containerName: "app", containerPort: 3000, advancedConfiguration },
];

/** A release as the stack renders it. */
export const template = {
  "taskdef.json": {
    family: "demo",
    containerDefinitions: [{ name: "app", image: "<IMAGE1_NAME>", portMappings: [{ containerPort: 3000 }] }],
  },
  "service.json": {
    cluster: "demo",
    service: "demo",
    taskDefinition: "<TASK_DEFINITION>",
    healthCheckGracePeriodSeconds: 60,
    loadBalancers,
    deploymentConfiguration: { strategy: "BLUE_GREEN", alarms: { alarmNames: ["slow"], enable: true, rollback: true } },
  },
};

type Known = ServiceDeployment & { readonly taskDefinition: string };

/** A service with the deployment that it was born with, and a pipeline; tests change what is otherwise. */
export class FakeRelease implements AwsControlPlane {
  /** Files of the two artifacts. */
  artifacts: Record<string, Record<string, unknown>> = {
    "template.zip": template,
    "image.zip": { "imageDetail.json": { ImageURI: image } },
  };
  runStatus = "InProgress";
  firing: string[] = [];
  /** Errors that answer the next calls of an operation; `after` does the work before. */
  errors: Partial<Record<string, { error: AwsError; after?: true }[]>> = {};
  readonly registered: RegisterTaskDefinitionRequest[] = [];
  readonly updates: UpdateServiceRequest[] = [];
  readonly successes: PutJobSuccessResultInput[] = [];
  readonly failures: PutJobFailureResultInput[] = [];
  readonly stopped: string[] = [];
  /** Whether UpdateService's deployment is listed at once. */
  lists = true;
  deployments: Known[] = [this.deployment(0, "SUCCESSFUL", revisionArn(1))];

  /** The newest deployment. */
  get newest(): Known {
    return this.deployments.at(-1)!;
  }

  change(change: Partial<ServiceDeployment>): void {
    this.deployments[this.deployments.length - 1] = { ...this.newest, ...change };
  }

  getObject({ Key }: { Key?: string }): Buffer {
    const files = Object.entries(this.artifacts[Key!]!);
    const bytes = files.map(([name, value]) => [
      name,
      strToU8(typeof value === "string" ? value : JSON.stringify(value)),
    ]);
    return Buffer.from(zipSync(Object.fromEntries(bytes) as Record<string, Uint8Array>));
  }

  getPipelineExecution({ pipelineName }: { pipelineName?: string }) {
    return { pipelineExecution: { pipelineName, pipelineExecutionId, status: this.runStatus as "InProgress" } };
  }

  putJobSuccessResult(input: PutJobSuccessResultInput): void {
    this.answer("putJobSuccessResult", () => this.successes.push(input));
  }

  putJobFailureResult(input: PutJobFailureResultInput): void {
    this.answer("putJobFailureResult", () => this.failures.push(input));
  }

  describeAlarms({ AlarmNames = [], StateValue }: { AlarmNames?: string[]; StateValue?: string }) {
    const found = StateValue === "ALARM" ? this.firing.filter((name) => AlarmNames.includes(name)) : AlarmNames;
    return { MetricAlarms: found.map((AlarmName) => ({ AlarmName })) };
  }

  registerTaskDefinition(input: RegisterTaskDefinitionRequest) {
    this.registered.push(input);
    return { taskDefinition: { taskDefinitionArn: revisionArn(this.registered.length + 1) } };
  }

  describeTaskDefinition({ taskDefinition }: { taskDefinition?: string }): { tags: Tag[] } {
    const index = Number(taskDefinition!.split(":").at(-1)) - 2;
    return { tags: this.registered[index]?.tags ?? [] };
  }

  describeServices() {
    // After an odd number of releases the groups have swapped their roles.
    const { targetGroupArn } = loadBalancers[0]!;
    const swapped = { ...advancedConfiguration, alternateTargetGroupArn: targetGroupArn };
    const live = { ...loadBalancers[0]!, targetGroupArn: advancedConfiguration.alternateTargetGroupArn };
    return { services: [{ serviceName: "demo", loadBalancers: [{ ...live, advancedConfiguration: swapped }] }] };
  }

  updateService(input: UpdateServiceRequest) {
    return this.answer("updateService", () => {
      this.updates.push(input);
      this.deployments.push(this.deployment(this.deployments.length, "IN_PROGRESS", input.taskDefinition!));
      return { service: { serviceName: "demo" } };
    });
  }

  listServiceDeployments() {
    const serviceDeployments = this.lists ? this.deployments : this.deployments.slice(0, 1);
    return {
      serviceDeployments: serviceDeployments.map((it) => ({
        ...it,
        targetServiceRevisionArn: it.targetServiceRevision!.arn,
      })),
    };
  }

  describeServiceRevisions({ serviceRevisionArns = [] }: { serviceRevisionArns?: string[] }) {
    const found = this.deployments.filter((it) => serviceRevisionArns.includes(it.targetServiceRevision!.arn!));
    return {
      serviceRevisions: found.map((it) => ({
        serviceRevisionArn: it.targetServiceRevision!.arn,
        taskDefinition: it.taskDefinition,
      })),
    };
  }

  describeServiceDeployments({ serviceDeploymentArns = [] }: { serviceDeploymentArns?: string[] }) {
    return this.answer("describeServiceDeployments", () => ({
      serviceDeployments: this.deployments.filter((it) => serviceDeploymentArns.includes(it.serviceDeploymentArn!)),
    }));
  }

  stopServiceDeployment({ serviceDeploymentArn }: { serviceDeploymentArn?: string }) {
    return this.answer("stopServiceDeployment", () => {
      this.stopped.push(serviceDeploymentArn!);
      this.change({ status: "ROLLBACK_IN_PROGRESS" });
      return { serviceDeploymentArn };
    });
  }

  private deployment(number: number, status: ServiceDeployment["status"], taskDefinition: string): Known {
    return {
      serviceDeploymentArn: `arn:aws:ecs:${account}:service-deployment/demo/demo/${number}`,
      status,
      createdAt: new Date(1_700_000_000_000 + number * 1000),
      targetServiceRevision: { arn: `arn:aws:ecs:${account}:service-revision/demo/demo/${number}` },
      taskDefinition,
    };
  }

  private answer<T>(operation: string, work: () => T): T {
    const wrong = this.errors[operation]?.shift();
    if (wrong && !wrong.after) throw wrong.error;
    const done = work();
    if (wrong) throw wrong.error;
    return done;
  }
}

function revisionArn(revision: number): string {
  return `arn:aws:ecs:${account}:task-definition/demo:${revision}`;
}
