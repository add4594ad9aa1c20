import type { Side } from "../../../rehearsal/blue-green/operations";
import type { ServiceDeploymentOperations, StageHooksRun, Trouble } from "../../../rehearsal/ecs-deployment/operations";
import { type Death, MortalCloud, type Sides } from "../controller/mortal-cloud";
import type { Happening } from "./reference-model";

const wishes = {
  "a person stops it": "request",
  "an alarm fires": "alarm",
  "a newer deployment comes": "newDeployment",
};

/** What ECS's controller asks for beyond what every controller does. */
export class ModelCloud extends MortalCloud<Happening> implements ServiceDeploymentOperations {
  /** The stages whose hooks ran, in order. */
  readonly hooks: string[] = [];
  /** Whether green starts tasks in place of those that fail. */
  launches = true;
  private readonly runs = new Map<string, Trouble | undefined>();

  constructor(happenings: Readonly<Record<string, Happening>>, deaths: readonly Death[], before: Sides) {
    super({ happenings, deaths, wishes, before });
  }

  enter(): void {}

  deleteOthers(): Promise<void> {
    return this.deleteTaskSet({ side: "green" });
  }

  async greenIsSteady(): Promise<Trouble | undefined> {
    if (this.happening === "takes too long") await new Promise(() => undefined);
    if (this.happening === "its tasks fail") return { cause: "circuitBreaker", reason: "three of them" };
    return undefined;
  }

  freezeGreen(): void {
    if (this.state.greenRuns) this.launches = false;
  }

  runHooks({ run, stage }: StageHooksRun): Promise<Trouble | undefined> {
    if (!this.runs.has(run)) {
      this.hooks.push(stage);
      this.runs.set(run, this.hookTrouble);
    }
    return Promise.resolve(this.runs.get(run));
  }

  endHooks(): void {}

  protected override get isGreenLate(): boolean {
    return this.happening === "takes too long";
  }

  protected override refuses(what: string, side: Side): boolean {
    if (this.happening !== "is refused") return false;
    // That green is the primary revision now is ECS's own knowledge, and nobody's to refuse.
    return what !== "primary" || side !== "green";
  }

  private get hookTrouble(): Trouble | undefined {
    if (this.happening === "its hook fails") return { cause: "hook", reason: "it returned FAILED" };
    // Each stage of its own has 24 hours.
    if (this.happening === "takes too long") return { cause: "timeout", reason: "24 hours" };
    return undefined;
  }
}
