import type { Side } from "../codedeploy/operations";
import type { TrafficRoutes } from "../codedeploy/traffic";
import type { Service } from "../ecs/service";
import type { TaskSpec } from "../ecs/task";
import type { TaskSet } from "../ecs/task-set";
import { whyNotSteady } from "../ecs/why-not-steady";
import { TimedOut } from "../time-limit";
import { watchFailures } from "./circuit-breaker";
import { firstStep, type LifecycleStage, type Step } from "./lifecycle";
import type { ServiceDeploymentOperations, StageHooksRun, Trouble } from "./operations";
import { HookFailed, type HookPayload, type StageHooks } from "./stage-hooks";

export interface ServiceDeploymentCloudProps {
  readonly arn: string;
  readonly serviceArn: string;
  readonly blue: TaskSet;
  readonly label: string;
  readonly taskDefinitionArn: string;
  readonly launch: () => Promise<TaskSpec>;
  readonly targetRevisionArn: string;
  readonly sourceRevisionArn: string;
  readonly circuitBreaker: boolean;
  readonly service: Service;
  readonly routes: TrafficRoutes;
  readonly hooks: StageHooks;
  /** Ends hooks that still run. */
  readonly signal: AbortSignal;
}

interface Running {
  readonly ended: Promise<Trouble | undefined>;
  readonly over: AbortController;
}

/** The cloud of one service deployment: what outlives its controller. */
export class ServiceDeploymentCloud implements ServiceDeploymentOperations {
  step: Step = firstStep;
  private readonly running = new Map<string, Running>();

  constructor(private readonly props: ServiceDeploymentCloudProps) {}

  get blue(): TaskSet {
    return this.props.blue;
  }

  /** The task set of this deployment, as long as there is one. */
  get green(): TaskSet | undefined {
    const sets = this.props.service.describeTaskSets();
    return sets.find(({ taskSet }) => taskSet.externalId === this.props.arn)?.taskSet;
  }

  enter(step: Step): void {
    this.step = step;
  }

  /** UNSURE: AWS does not say what it does in this stage. */
  async reconcile(): Promise<void> {
    const { service, routes } = this.props;
    routes.sendProduction(this.blue.targetGroup, 100);
    routes.sendTest(this.blue.targetGroup);
    const others = service.describeTaskSets().filter(({ taskSet }) => taskSet !== this.blue);
    await Promise.all(others.map(({ taskSet }) => service.deleteTaskSet(taskSet.id)));
  }

  createGreen(): void {
    const { arn, label, taskDefinitionArn: taskDefinition, launch, service } = this.props;
    const targetGroup = this.targetGroup("green");
    service.createTaskSet({ label, taskDefinition, targetGroup, launch, clientToken: arn, externalId: arn });
  }

  async greenIsSteady(): Promise<Trouble | undefined> {
    const { service, circuitBreaker } = this.props;
    const green = this.existingGreen();
    const steady = green.whenSteady().then(() => undefined);
    if (!circuitBreaker) return steady;
    let ignore!: () => void;
    const broken = new Promise<Trouble>((resolve) => {
      ignore = watchFailures(green, service.desiredCount, (reason) => resolve({ cause: "circuitBreaker", reason }));
    });
    return Promise.race([steady, broken]).finally(ignore);
  }

  describeGreen(): { readonly steady: boolean; readonly why: string } {
    const green = this.existingGreen();
    return { steady: green.stabilityStatus === "STEADY_STATE", why: whyNotSteady(green) };
  }

  freezeGreen(): void {
    this.green?.setDesiredCount(this.green.runningCount);
  }

  sendProduction({ to, percent }: { readonly to: Side; readonly percent: number }): void {
    this.props.routes.sendProduction(this.targetGroup(to), percent);
  }

  sendTest({ to }: { readonly to: Side }): void {
    this.props.routes.sendTest(this.targetGroup(to));
  }

  makePrimary({ side }: { readonly side: Side }): void {
    const { service } = this.props;
    const { id } = side === "blue" ? this.blue : this.existingGreen();
    if (service.primaryTaskSet?.id !== id) service.updateServicePrimaryTaskSet(id);
  }

  async deleteTaskSet({ side }: { readonly side: Side }): Promise<void> {
    const { service } = this.props;
    const taskSet = side === "blue" ? this.blue : this.green;
    const isThere = service.describeTaskSets().some((one) => one.taskSet === taskSet);
    if (taskSet && isThere) await service.deleteTaskSet(taskSet.id);
  }

  runHooks({ run, stage, greenPercent }: StageHooksRun): Promise<Trouble | undefined> {
    const there = this.running.get(run);
    if (there) return there.ended;
    const over = new AbortController();
    const { hooks, signal } = this.props;
    const ended = hooks
      .run(this.payload(stage, greenPercent), AbortSignal.any([signal, over.signal]))
      .then(() => undefined, troubleOf);
    this.running.set(run, { ended, over });
    return ended;
  }

  endHooks({ run }: { readonly run: string }): void {
    this.running.get(run)?.over.abort(new Error("nobody waits for this hook any more"));
  }

  private payload(lifecycleStage: LifecycleStage, greenPercent: number): HookPayload {
    const { arn, serviceArn, targetRevisionArn, sourceRevisionArn } = this.props;
    const weights = { [targetRevisionArn]: greenPercent, [sourceRevisionArn]: 100 - greenPercent };
    const executionDetails = {
      serviceArn,
      targetServiceRevisionArn: targetRevisionArn,
      testTrafficWeights: lifecycleStage === "TEST_TRAFFIC_SHIFT" ? weights : {},
      productionTrafficWeights: lifecycleStage === "PRODUCTION_TRAFFIC_SHIFT" ? weights : {},
    };
    return { lifecycleStage, resourceArn: arn, executionDetails };
  }

  private targetGroup(side: Side) {
    const { blue, routes } = this.props;
    return side === "blue" ? blue.targetGroup : routes.other(blue.targetGroup);
  }

  private existingGreen(): TaskSet {
    if (this.green) return this.green;
    throw new Error(`TaskSetNotFoundException: ${this.props.arn} has no task set`);
  }
}

function troubleOf(error: Error): Trouble {
  if (error instanceof HookFailed) return { cause: "hook", reason: error.message };
  if (error instanceof TimedOut) return { cause: "timeout", reason: error.message };
  throw error;
}
