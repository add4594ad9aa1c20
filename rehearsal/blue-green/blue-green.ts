import type { Clock } from "../clock";
import type { Service } from "../ecs/service";
import type { TaskSpec } from "../ecs/task-spec";
import type { TaskSet } from "../ecs/task-set";
import { whyNotSteady } from "../ecs/why-not-steady";
import type { TargetGroup } from "../load-balancer/target-group";
import type { BlueGreenOperations, Side } from "./operations";
import type { TrafficRoutes } from "./traffic-routes";

/** How long the way back waits for a blue that does not answer, and how often it looks. Our own figures. */
const wayBackMinutes = 10;
const wayBackPollSeconds = 5;

export interface BlueGreenProps {
  /** The deployment's id; of ECS's own deployments, their ARN. */
  readonly id: string;
  readonly blue: TaskSet;
  /** The green task set's name for people. */
  readonly label: string;
  readonly taskDefinitionArn: string;
  readonly launch: () => Promise<TaskSpec>;
  readonly service: Service;
  readonly routes: TrafficRoutes;
  readonly clock: Clock;
  /** Ends whatever is under way. */
  readonly signal: AbortSignal;
}

/** The task sets and the traffic of one deployment, whoever controls it. */
export class BlueGreen<Props extends BlueGreenProps = BlueGreenProps> implements BlueGreenOperations {
  private created: TaskSet | undefined;

  constructor(protected readonly props: Props) {}

  get blue(): TaskSet {
    return this.props.blue;
  }

  /** The task set of this deployment, as long as there is one. */
  get green(): TaskSet | undefined {
    return this.props.service.describeTaskSets().find(({ taskSet }) => taskSet === this.created)?.taskSet;
  }

  createGreen(): void {
    const { label, taskDefinitionArn: taskDefinition, launch, service } = this.props;
    const targetGroup = this.targetGroup("green");
    this.created = service.createTaskSet({ label, taskDefinition, targetGroup, launch });
  }

  greenIsSteady(): Promise<void> {
    return this.existingGreen().whenSteady();
  }

  /** What has become of green once its start is over, which no scaled clock hurries. */
  async describeGreen(): Promise<{ readonly steady: boolean; readonly why: string }> {
    const green = this.existingGreen();
    await green.whenStarted();
    return { steady: green.stabilityStatus === "STEADY_STATE", why: whyNotSteady(green) };
  }

  sendProduction({ to, percent }: { readonly to: Side; readonly percent: number }): void {
    this.props.routes.sendProduction(this.targetGroup(to), percent);
  }

  sendTest({ to }: { readonly to: Side }): void {
    this.props.routes.sendTest(this.targetGroup(to));
  }

  async wayBack(): Promise<{ readonly open: boolean; readonly why: string }> {
    const { routes, clock, signal } = this.props;
    const [blue, green] = [this.targetGroup("blue"), this.targetGroup("green")];
    const answers = (group: TargetGroup) => group.targets().some(({ state }) => state === "healthy");
    const isOpen = () => answers(blue) || !answers(green) || !(routes.weights.production[green.arn]! > 0);
    for (let waited = 0; !isOpen() && waited < wayBackMinutes * 60; waited += wayBackPollSeconds)
      await clock.wait(wayBackPollSeconds * 1000, signal);
    return { open: isOpen(), why: whyNotSteady(this.blue) };
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

  protected existingGreen(): TaskSet {
    if (this.green) return this.green;
    throw new Error(`TaskSetNotFoundException: deployment ${this.props.id} has no task set`);
  }

  private targetGroup(side: Side): TargetGroup {
    const { blue, routes } = this.props;
    return side === "blue" ? blue.targetGroup : routes.other(blue.targetGroup);
  }
}
