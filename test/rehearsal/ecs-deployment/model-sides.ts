import type { Side } from "../../../rehearsal/blue-green/operations";
import { CircuitBroken } from "../../../rehearsal/ecs-deployment/circuit-breaker";
import type { ServiceBlueGreenOperations } from "../../../rehearsal/ecs-deployment/service-blue-green";
import type { StageHooksContext } from "../../../rehearsal/ecs-deployment/stage-hooks";
import { orAborted } from "../../../rehearsal/time-limit";
import { ModelSides, type Sides } from "../blue-green/model-sides";
import type { HookEvent } from "./harness";
import type { Happening } from "./reference-model";

const wishes = {
  "a person stops it": "request",
  "an alarm fires": "alarm",
  "a newer deployment comes": "newDeployment",
};

/** What a service deployment works on: two sides, and hooks that answer as is wanted. */
export class ModelServiceSides extends ModelSides<Happening> implements ServiceBlueGreenOperations {
  /** The stages whose hooks ran, in order. */
  readonly hooked: string[] = [];
  /** Whether green starts tasks in place of those that fail. */
  launches = true;

  constructor(happenings: Readonly<Record<string, Happening>>, before: Sides) {
    super({ happenings, wishes, before });
  }

  readonly invoke: StageHooksContext["invoke"] = (_functionName, event, signal) => {
    this.hooked.push((event as HookEvent).lifecycleStage);
    if (this.happening === "takes too long") return orAborted(new Promise(() => undefined), signal);
    const hookStatus = this.happening === "its hook fails" ? "FAILED" : "SUCCEEDED";
    return Promise.resolve({ status: "returned", value: { hookStatus } });
  };

  deleteOthers(): Promise<void> {
    return this.deleteTaskSet({ side: "green" });
  }

  override async greenIsSteady(): Promise<void> {
    if (this.happening === "its tasks fail") throw new CircuitBroken("three of them");
    await super.greenIsSteady();
  }

  freezeGreen(): void {
    if (this.state.greenRuns) this.launches = false;
  }

  protected override refuses(what: string, side: Side): boolean {
    if (this.happening !== "is refused") return false;
    // That green is the primary revision now is ECS's own knowledge, and nobody's to refuse.
    return what !== "primary" || side !== "green";
  }
}
