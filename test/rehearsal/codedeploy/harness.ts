import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { Clock } from "../../../rehearsal/clock";
import { Deployment, type DeploymentContext, type DeploymentProps } from "../../../rehearsal/codedeploy/deployment";
import { HookVerdicts, type Verdict } from "../../../rehearsal/codedeploy/hook-verdicts";
import { TrafficRoutes } from "../../../rehearsal/blue-green/traffic-routes";
import { Service } from "../../../rehearsal/ecs/service";
import type { TaskSpec } from "../../../rehearsal/ecs/task-spec";
import { Timeline, type TimelineEvent } from "../../../rehearsal/events";
import type { DeploymentGroup } from "../../../rehearsal/graph/resources";
import type { Action } from "../../../rehearsal/load-balancer/actions";
import { LoadBalancer } from "../../../rehearsal/load-balancer/load-balancer";
import { TargetGroup } from "../../../rehearsal/load-balancer/target-group";
import { nodeCommand, Processes } from "../fixtures/tasks";

/** What a hook of these tests does with its event. */
export type Hook = (event: HookEvent) => Promise<void> | void;

export interface HookEvent {
  readonly DeploymentId: string;
  readonly LifecycleEventHookExecutionId: string;
}

/** Who answers on each port, at the three stages of a release of v2. */
export const onBlue = { production: "v1", test: "v1" };
export const tested = { production: "v1", test: "v2" };
export const onGreen = { production: "v2", test: "v2" };

/** Parts of a deployment group that tests vary. */
export interface GroupChange {
  readonly config?: string;
  readonly approvalMinutes?: number;
  readonly rollback?: boolean;
}

const healthCheck = {
  path: "/",
  intervalSeconds: 5,
  timeoutSeconds: 10,
  healthyThreshold: 2,
  unhealthyThreshold: 2,
  matcher: "200",
};

/** A service whose v1 is live behind a real load balancer, and deployments of it; all closed by `close()`. */
export class Harness {
  readonly clock: Clock;
  readonly timeline: Timeline;
  readonly events: TimelineEvent[] = [];
  readonly verdicts = new HookVerdicts();
  readonly processes = new Processes();
  readonly service: Service;
  /** Functions by name; an invocation resolves with "returned" or rejects as the function does. */
  readonly functions: Record<string, Hook> = {};
  productionUrl = "";
  testUrl = "";
  protected readonly interruption = new AbortController();
  protected readonly groups: readonly [TargetGroup, TargetGroup];
  protected readonly loadBalancer: LoadBalancer;
  private revision = 0;

  /** @param shortestBounds of the clock */
  constructor(scale: number, random?: () => number, shortestBounds?: number) {
    this.clock = new Clock(scale, shortestBounds);
    this.timeline = new Timeline(this.clock);
    this.timeline.on((event) => this.events.push(event));
    this.groups = [this.targetGroup("blue"), this.targetGroup("green")];
    this.loadBalancer = new LoadBalancer(
      { arn: "arn:lb", name: "lb", dnsName: "lb.test", targetGroups: this.groups },
      this.clock,
      this.timeline,
      random,
    );
    // An app's start is not hurried, so neither is the end of one that never answers.
    const props = { arn: "arn:service", name: "app", desiredCount: 1, healthCheckGracePeriodSeconds: 2 };
    this.service = new Service(props, this.clock, this.timeline, this.processes);
  }

  /** Opens both ports on a free one each, and waits until v1 is healthy. */
  async start(): Promise<this> {
    const [blue, green] = this.groups;
    // As the creation of the deployment group leaves it.
    const targetGroups = [
      { arn: blue.arn, weight: 100 },
      { arn: green.arn, weight: 0 },
    ];
    this.productionUrl = await this.listen("production", 8080, { type: "forward", forward: { targetGroups } });
    this.testUrl = await this.listen("test", 8090, { type: "forward", targetGroupArn: blue.arn });
    await this.service.createTaskSet({ ...this.nextRevision(), targetGroup: this.groups[0] }).whenSteady();
    return this;
  }

  /** A deployment of the next revision. */
  deployment(change: Partial<DeploymentProps> & { readonly groupChange?: GroupChange } = {}): Deployment {
    const { groupChange, ...own } = change;
    const { label, taskDefinition, launch } = this.nextRevision();
    const group = deploymentGroup(groupChange);
    const props = { id: `d-${label}`, group, label, taskDefinitionArn: taskDefinition, launch, hooks: {}, ...own };
    return new Deployment(props, this.context());
  }

  /** The body of the answer of each port. */
  async whoAnswers(): Promise<{ readonly production: string; readonly test: string }> {
    return { production: await ask(this.productionUrl), test: await ask(this.testUrl) };
  }

  /** Puts a verdict as a function would. */
  verdict({ DeploymentId, LifecycleEventHookExecutionId }: HookEvent, status: Verdict): void {
    this.verdicts.put(DeploymentId, LifecycleEventHookExecutionId, status);
  }

  /** Texts of the lifecycle events so far. */
  get lifecycle(): string[] {
    return this.events.filter(({ type }) => type.startsWith("lifecycle.")).map(({ text }) => text);
  }

  /** `v1 PRIMARY` of each task set. */
  get taskSets(): string[] {
    return this.service.describeTaskSets().map(({ taskSet, status }) => `${taskSet.label} ${status}`);
  }

  /** Production's shares in the order in which they were set: `v1's group 90, the other 10` as `[90, 10]`. */
  get productionWeights(): number[][] {
    return this.events
      .filter(({ type, detail }) => /^(listener|rule).modified$/.test(type) && detail.port === 8080)
      .map(({ detail }) => this.weights(detail.actions));
  }

  /** Calls `react` for the first event that meets `condition`; settles as it does. */
  when(condition: (event: TimelineEvent) => boolean, react: () => Promise<void> | void): Promise<void> {
    return new Promise((resolve, reject) => {
      const ignore = this.timeline.on((event) => {
        if (!condition(event)) return;
        ignore();
        Promise.resolve(react()).then(resolve, reject);
      });
    });
  }

  /** v1 answers on both ports, and nothing else is there. */
  async assertBlueIsLive(): Promise<void> {
    assert.deepEqual(await this.whoAnswers(), onBlue);
    assert.deepEqual(this.taskSets, ["v1 PRIMARY"]);
    assert.equal(this.processes.size, 1);
  }

  /** No request was ever sent to green by production's listener. */
  assertNeverShifted(): void {
    assert.ok(this.productionWeights.every(([, green]) => green === 0));
  }

  interrupt(): void {
    this.interruption.abort(new Error("interrupted"));
  }

  async close(): Promise<void> {
    await this.loadBalancer.close();
    await this.service.close();
    assert.deepEqual([...this.processes], []);
  }

  protected nextRevision() {
    const label = `v${++this.revision}`;
    return { label, taskDefinition: `app:${this.revision}`, launch: () => Promise.resolve(server(label)) };
  }

  private context(): DeploymentContext {
    const { service, verdicts, clock, timeline } = this;
    const invoke = async (functionName: string, event: unknown) => {
      await this.functions[functionName]?.(event as HookEvent);
      return "returned";
    };
    const arns = { production: ["arn:listener/production"], test: ["arn:listener/test"] };
    const routes = new TrafficRoutes(arns, this.loadBalancer, this.groups);
    const { signal } = this.interruption;
    return { service, routes, verdicts, invoke, clock, timeline, signal };
  }

  protected async listen(name: string, port: number, action: Action): Promise<string> {
    const defaultActions = [action];
    const props = { arn: `arn:listener/${name}`, port, localPort: 0, protocol: "HTTP" as const, defaultActions };
    return `http://127.0.0.1:${(await this.loadBalancer.listen(props)).localPort}`;
  }

  private targetGroup(name: string): TargetGroup {
    const props = { arn: `arn:tg/${name}`, name, healthCheck, deregistrationDelaySeconds: 30 };
    return new TargetGroup(props, this.clock, this.timeline);
  }

  private weights(actions: unknown): number[] {
    const [action] = actions as { forward: { targetGroups: { arn: string; weight: number }[] } }[];
    return this.groups.map(({ arn }) => action!.forward.targetGroups.find((group) => group.arn === arn)!.weight);
  }
}

/** The body of the answer to a request on a connection of its own. */
export async function ask(url: string): Promise<string> {
  return (await fetch(url, { headers: { connection: "close" } })).text();
}

function deploymentGroup({ config, approvalMinutes, rollback = true }: GroupChange = {}): DeploymentGroup {
  return {
    arn: "arn:group",
    appName: "app",
    deploymentGroupName: "app",
    deploymentConfigName: config ?? "CodeDeployDefault.ECSAllAtOnce",
    ecsService: { clusterName: "app", serviceName: "app" },
    loadBalancerInfo: {
      targetGroupPairInfo: {
        prodTrafficRoute: { listenerArns: ["arn:listener/production"] },
        testTrafficRoute: { listenerArns: ["arn:listener/test"] },
        targetGroups: [{ name: "blue" }, { name: "green" }],
      },
    },
    blueGreenDeploymentConfig: {
      deploymentReadyOption:
        approvalMinutes === undefined
          ? { actionOnTimeout: "CONTINUE_DEPLOYMENT" }
          : { actionOnTimeout: "STOP_DEPLOYMENT", waitTimeInMinutes: approvalMinutes },
      terminateBlueInstancesOnDeploymentSuccess: { terminationWaitTimeInMinutes: 5 },
    },
    autoRollbackConfiguration: {
      enabled: rollback,
      events: ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_REQUEST", "DEPLOYMENT_STOP_ON_ALARM"],
    },
  };
}

/** A server that answers everything with its version. */
function server(version: string): TaskSpec {
  const command = nodeCommand(`
    const server = require("node:http").createServer((_, response) => response.end(process.env.VERSION));
    server.listen(process.env.PORT);
    process.once("SIGTERM", () => server.close());
  `);
  return { command, cwd: tmpdir(), environment: { VERSION: version } };
}
