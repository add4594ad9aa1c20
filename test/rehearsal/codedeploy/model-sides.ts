import type { Side } from "../../../rehearsal/blue-green/operations";
import { HookVerdicts } from "../../../rehearsal/codedeploy/hook-verdicts";
import { ModelSides } from "../blue-green/model-sides";
import type { Happening } from "./reference-model";

/** What a deployment of CodeDeploy's works on: two sides, and hooks that report as is wanted. */
export class ModelDeploymentSides extends ModelSides<Happening> {
  readonly verdicts = new HookVerdicts();

  constructor(happenings: Readonly<Record<string, Happening>>) {
    super({ happenings, wishes: { "a person stops it": "stop", "an alarm fires": "alarm" } });
  }

  readonly invoke = (_functionName: string, event: unknown): Promise<string> => {
    const { DeploymentId, LifecycleEventHookExecutionId } = event as Readonly<Record<string, string>>;
    if (this.happening !== "takes too long") {
      const verdict = this.happening === "fails" ? "Failed" : "Succeeded";
      this.verdicts.put(DeploymentId, LifecycleEventHookExecutionId, verdict);
    }
    return Promise.resolve("returned");
  };

  override async greenIsSteady(): Promise<void> {
    if (this.happening === "fails") throw new Error("green was stopped");
    await super.greenIsSteady();
  }

  /** Whether a person continues the deployment that waits for it. */
  get isContinued(): boolean {
    return this.happening !== "takes too long";
  }

  protected override refuses(what: string, side: Side, percent: number): boolean {
    if (this.happening === `${what} is refused`) return true;
    const forth = what === "the end" ? side === "blue" : side === "green" && what !== "primary";
    return this.happening === "fails" && forth && percent === 100;
  }
}
