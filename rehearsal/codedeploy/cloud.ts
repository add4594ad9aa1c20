import type { Clock } from "../clock";
import type { Service } from "../ecs/service";
import type { TaskSet } from "../ecs/task-set";
import type { TaskSpec } from "../ecs/task";
import { whyNotSteady } from "../ecs/why-not-steady";
import type { TargetGroup } from "../load-balancer/target-group";
import type { HookVerdicts } from "./hook-verdicts";
import type { LifecycleEvent } from "./lifecycle";
import type { DeploymentOperations, HookEnd, Side } from "./operations";
import type { TrafficRoutes } from "./traffic";

/** How long the way back waits for a blue that does not answer, and how often it looks. Our own figures. */
const wayBackMinutes = 10;
const wayBackPollSeconds = 5;

export interface DeploymentCloudProps {
  readonly id: string;
  readonly blue: TaskSet;
  readonly label: string;
  readonly taskDefinitionArn: string;
  readonly launch: () => Promise<TaskSpec>;
  readonly hooks: Readonly<Record<string, string>>;
  readonly service: Service;
  readonly routes: TrafficRoutes;
  readonly verdicts: HookVerdicts;
  readonly clock: Clock;
  readonly invoke: (functionName: string, event: unknown, signal: AbortSignal) => Promise<string>;
  /** Ends the functions that still run. */
  readonly signal: AbortSignal;
}

/** The cloud of one deployment: what outlives its controller. */
export class DeploymentCloud implements DeploymentOperations {
  private readonly endings = new Map<string, string>();
  private readonly givenUp = new Map<string, AbortController>();
  private ready: { readonly continued: Promise<void>; continue(): void } | undefined;
  private isContinued = false;

  constructor(private readonly props: DeploymentCloudProps) {}

  get blue(): TaskSet {
    return this.props.blue;
  }

  /** The task set of this deployment, as long as there is one. */
  get green(): TaskSet | undefined {
    return this.props.service.describeTaskSets().find(({ taskSet }) => taskSet.externalId === this.props.id)?.taskSet;
  }

  /** ContinueDeployment; nothing unless the deployment is `Ready`. */
  continue(): void {
    this.ready?.continue();
  }

  createGreen(): void {
    const { id, blue, label, taskDefinitionArn, launch, service, routes } = this.props;
    const targetGroup = routes.other(blue.targetGroup);
    service.createTaskSet({
      label,
      taskDefinition: taskDefinitionArn,
      targetGroup,
      launch,
      clientToken: id,
      externalId: id,
    });
  }

  greenIsSteady(): Promise<void> {
    return this.existingGreen().whenSteady();
  }

  describeGreen(): { readonly steady: boolean; readonly why: string } {
    const green = this.existingGreen();
    return { steady: green.stabilityStatus === "STEADY_STATE", why: whyNotSteady(green) };
  }

  sendProduction({ to, percent }: { readonly to: Side; readonly percent: number }): void {
    this.props.routes.sendProduction(this.targetGroup(to), percent);
  }

  sendTest({ to }: { readonly to: Side }): void {
    this.props.routes.sendTest(this.targetGroup(to));
  }

  async wayBack(): Promise<{ readonly open: boolean; readonly why: string }> {
    const { blue, routes, clock, signal } = this.props;
    const green = routes.other(blue.targetGroup);
    const answers = (group: TargetGroup) => group.targets().some(({ state }) => state === "healthy");
    const isOpen = () => answers(blue.targetGroup) || !answers(green) || !(routes.weights.production[green.arn]! > 0);
    for (let waited = 0; !isOpen() && waited < wayBackMinutes * 60; waited += wayBackPollSeconds)
      await clock.wait(wayBackPollSeconds * 1000, signal);
    return { open: isOpen(), why: whyNotSteady(blue) };
  }

  makePrimary({ side }: { readonly side: Side }): void {
    const { service, blue } = this.props;
    const { id } = side === "blue" ? blue : this.existingGreen();
    if (service.primaryTaskSet?.id !== id) service.updateServicePrimaryTaskSet(id);
  }

  async deleteTaskSet({ side }: { readonly side: Side }): Promise<void> {
    const { service } = this.props;
    const taskSet = side === "blue" ? this.blue : this.green;
    const isThere = service.describeTaskSets().some((one) => one.taskSet === taskSet);
    if (taskSet && isThere) await service.deleteTaskSet(taskSet.id);
  }

  invokeHook({ event, executionId }: { readonly event: LifecycleEvent; readonly executionId: string }): void {
    const { id, hooks, verdicts, invoke, signal } = this.props;
    verdicts.open(id, executionId);
    const givenUp = this.givenUp.get(executionId) ?? new AbortController();
    this.givenUp.set(executionId, givenUp);
    this.endings.set(executionId, "it still runs");
    const payload = { DeploymentId: id, LifecycleEventHookExecutionId: executionId };
    // What the function itself returns or throws is no verdict.
    invoke(hooks[event]!, payload, AbortSignal.any([signal, givenUp.signal])).then(
      (text) => this.endings.set(executionId, text),
      (error: Error) => this.endings.set(executionId, error.message),
    );
  }

  hookVerdict({ executionId }: { readonly executionId: string }) {
    return this.props.verdicts.verdict(executionId);
  }

  closeHook({ executionId }: { readonly executionId: string }): HookEnd {
    const verdict = this.props.verdicts.close(executionId);
    const ending = this.endings.get(executionId)!;
    if (verdict === undefined) this.givenUp.get(executionId)!.abort(new Error("nobody waits for its verdict any more"));
    return verdict === undefined ? { ending } : { verdict, ending };
  }

  continued(): Promise<void> {
    this.ready ??= this.becomeReady();
    return this.ready.continued;
  }

  closeReady(): boolean {
    this.ready = undefined;
    return this.isContinued;
  }

  private becomeReady() {
    let resolve!: () => void;
    const continued = new Promise<void>((given) => (resolve = given));
    return {
      continued,
      continue: () => {
        this.isContinued = true;
        resolve();
      },
    };
  }

  private targetGroup(side: Side) {
    const { blue, routes } = this.props;
    return side === "blue" ? blue.targetGroup : routes.other(blue.targetGroup);
  }

  private existingGreen(): TaskSet {
    if (this.green) return this.green;
    throw new Error(`TaskSetNotFoundException: deployment ${this.props.id} has no task set`);
  }
}
