import { BlueGreen, type BlueGreenProps } from "../blue-green/blue-green";
import { TimedOut } from "../time-limit";
import { watchFailures } from "./circuit-breaker";
import { firstStep, type LifecycleStage, type Step } from "./lifecycle";
import type { ServiceDeploymentOperations, StageHooksRun, Trouble } from "./operations";
import { HookFailed, type HookPayload, type StageHooks } from "./stage-hooks";

export interface ServiceDeploymentCloudProps extends BlueGreenProps {
  readonly serviceArn: string;
  readonly targetRevisionArn: string;
  readonly sourceRevisionArn: string;
  readonly circuitBreaker: boolean;
  readonly hooks: StageHooks;
}

interface Running {
  readonly ended: Promise<Trouble | undefined>;
  readonly over: AbortController;
}

/** The cloud of one service deployment: what outlives its controller. */
export class ServiceDeploymentCloud
  extends BlueGreen<ServiceDeploymentCloudProps>
  implements ServiceDeploymentOperations
{
  step: Step = firstStep;
  private readonly running = new Map<string, Running>();

  enter(step: Step): void {
    this.step = step;
  }

  async deleteOthers(): Promise<void> {
    const { service } = this.props;
    const others = service.describeTaskSets().filter(({ taskSet }) => taskSet !== this.blue);
    await Promise.all(others.map(({ taskSet }) => service.deleteTaskSet(taskSet.id)));
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

  freezeGreen(): void {
    this.green?.setDesiredCount(this.green.runningCount);
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
    const { id, serviceArn, targetRevisionArn, sourceRevisionArn } = this.props;
    const weights = { [targetRevisionArn]: greenPercent, [sourceRevisionArn]: 100 - greenPercent };
    const executionDetails = {
      serviceArn,
      targetServiceRevisionArn: targetRevisionArn,
      testTrafficWeights: lifecycleStage === "TEST_TRAFFIC_SHIFT" ? weights : {},
      productionTrafficWeights: lifecycleStage === "PRODUCTION_TRAFFIC_SHIFT" ? weights : {},
    };
    return { lifecycleStage, resourceArn: id, executionDetails };
  }
}

function troubleOf(error: Error): Trouble {
  if (error instanceof HookFailed) return { cause: "hook", reason: error.message };
  if (error instanceof TimedOut) return { cause: "timeout", reason: error.message };
  throw error;
}
