import { BlueGreen, type BlueGreenProps } from "../blue-green/blue-green";
import type { BlueGreenOperations } from "../blue-green/operations";
import { CircuitBroken, watchFailures } from "./circuit-breaker";

/** What a service deployment asks of ECS beyond what every deployment does. */
export interface ServiceBlueGreenOperations extends BlueGreenOperations {
  /** Every task set but blue ends. Resolves once nothing of them runs. */
  deleteOthers(): Promise<void>;
  /** Launches no further task of green. */
  freezeGreen(): void;
}

export interface ServiceBlueGreenProps extends BlueGreenProps {
  readonly circuitBreaker: boolean;
}

/** The task sets and the traffic of one service deployment. */
export class ServiceBlueGreen extends BlueGreen<ServiceBlueGreenProps> implements ServiceBlueGreenOperations {
  async deleteOthers(): Promise<void> {
    const { service } = this.props;
    const others = service.describeTaskSets().filter(({ taskSet }) => taskSet !== this.blue);
    await Promise.all(others.map(({ taskSet }) => service.deleteTaskSet(taskSet.id)));
  }

  /** Rejects with `CircuitBroken` when green's failures have broken the circuit. */
  override greenIsSteady(): Promise<void> {
    const { service, circuitBreaker } = this.props;
    const green = this.existingGreen();
    if (!circuitBreaker) return green.whenSteady();
    let ignore!: () => void;
    const broken = new Promise<never>((_, reject) => {
      ignore = watchFailures(green, service.desiredCount, (reason) => reject(new CircuitBroken(reason)));
    });
    return Promise.race([green.whenSteady(), broken]).finally(ignore);
  }

  freezeGreen(): void {
    this.green?.setDesiredCount(this.green.runningCount);
  }
}
