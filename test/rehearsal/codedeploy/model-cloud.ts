import type { Side } from "../../../rehearsal/blue-green/operations";
import type { Verdict } from "../../../rehearsal/codedeploy/hook-verdicts";
import type { DeploymentOperations } from "../../../rehearsal/codedeploy/operations";
import { type Death, MortalCloud } from "../controller/mortal-cloud";
import type { Happening } from "./reference-model";

/** What CodeDeploy's controller asks for beyond what every controller does. */
export class ModelCloud extends MortalCloud<Happening> implements DeploymentOperations {
  readonly verdicts = new Map<string, Verdict>();

  constructor(happenings: Readonly<Record<string, Happening>>, deaths: readonly Death[]) {
    super({ happenings, deaths, wishes: { "a person stops it": "stop", "an alarm fires": "alarm" } });
  }

  async greenIsSteady(): Promise<void> {
    if (this.happening === "fails") throw new Error("green was stopped");
    if (this.happening === "takes too long") await new Promise(() => undefined);
  }

  invokeHook({ executionId }: { readonly executionId: string }): void {
    // Invoked again, a function reports again; only its first verdict counts.
    if (this.happening === "takes too long" || this.verdicts.has(executionId)) return;
    this.verdicts.set(executionId, this.happening === "fails" ? "Failed" : "Succeeded");
  }

  hookVerdict({ executionId }: { readonly executionId: string }): Promise<Verdict> {
    const verdict = this.verdicts.get(executionId);
    return verdict ? Promise.resolve(verdict) : new Promise(() => undefined);
  }

  closeHook({ executionId }: { readonly executionId: string }) {
    const verdict = this.verdicts.get(executionId);
    return { ending: "returned", ...(verdict ? { verdict } : {}) };
  }

  continued(): Promise<void> {
    return this.happening === "takes too long" ? new Promise(() => undefined) : Promise.resolve();
  }

  closeReady(): boolean {
    return this.happening !== "takes too long";
  }

  protected override get isGreenLate(): boolean {
    return this.happening === "takes too long";
  }

  protected override refuses(what: string, side: Side, percent: number): boolean {
    if (this.happening === `${what} is refused`) return true;
    const forth = what === "the end" ? side === "blue" : side === "green" && what !== "primary";
    return this.happening === "fails" && forth && percent === 100;
  }
}
