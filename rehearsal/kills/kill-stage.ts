import type { Deployment } from "../codedeploy/deployment";
import { hookableEvents } from "../codedeploy/lifecycle";
import { broken } from "../faults/broken";
import { Stage } from "../faults/stage";
import { addReportingHooks, reports } from "./hooks";
import type { Path } from "./paths";

/** A person approves, a share of production goes first, and blue goes on running: each kind of step has its waits. */
const settings = {
  "greenlight:trafficShift": "approval",
  "greenlight:waitMinutes": "60",
  "greenlight:canary": '{"percent":10,"minutes":1}',
  "greenlight:terminationWaitMinutes": "1",
};

/** A stack on which releases take whatever path through the machine one wants. */
export class KillStage {
  /** Whether the load balancer refuses to send this traffic to green, all of production or the test traffic. */
  private refused: { readonly production: boolean; readonly test: boolean } = { production: false, test: false };

  private constructor(
    readonly stage: Stage,
    private readonly images: { readonly sound: string; readonly neverHealthy: string },
  ) {
    this.guardTraffic();
  }

  static async set(): Promise<KillStage> {
    const stage = await Stage.set({ settings, alterGraph: addReportingHooks });
    try {
      const sound = await stage.buildImage({ "version.txt": "2\n" });
      const neverHealthy = await stage.buildImage(broken("exports.listens = false;"));
      return new KillStage(stage, { sound, neverHealthy });
    } catch (error) {
      await stage.close();
      throw error;
    }
  }

  /** A deployment that will take this path, once it is run. */
  deployment({ trouble }: Path): Deployment {
    const fails = (step: string) => trouble?.outcome === "failed" && trouble.step === step;
    const { stack } = this.stage.rehearsal;
    const { sound, neverHealthy } = this.images;
    const release = stack.firstRelease(fails("Install") ? neverHealthy : sound);
    const deployment = stack.createDeployment({ ...release, hooks: this.hooks(trouble) });
    this.refused = { production: fails("AllowTraffic"), test: fails("AllowTestTraffic") };
    this.stage.when(`deployment ${deployment.id} is Ready: a person may continue it`, () => deployment.continue());
    if (trouble && trouble.outcome !== "failed") {
      const kind = trouble.outcome === "alarm" ? "alarm" : "stop";
      this.stage.when(`${trouble.step} started`, () => deployment.stop(`${trouble.step} was to be stopped`, kind));
    }
    return deployment;
  }

  /** All of them where the release goes through; else the one that fails. */
  private hooks(trouble: Path["trouble"]): Readonly<Record<string, string>> {
    if (trouble?.outcome === "failed") return { [trouble.step]: reports.Failed };
    if (trouble) return {};
    return Object.fromEntries(hookableEvents.map((event) => [event, reports.Succeeded]));
  }

  private guardTraffic(): void {
    const { stack, traffic } = this.stage.rehearsal;
    const { routes } = traffic;
    const sendProduction = routes.sendProduction.bind(routes);
    const sendTest = routes.sendTest.bind(routes);
    const isGreen = (group: unknown) => group !== stack.service.primaryTaskSet!.targetGroup;
    const refusal = "ThrottlingException: Rate exceeded";
    routes.sendProduction = (group, percent) => {
      if (this.refused.production && isGreen(group) && percent === 100) throw new Error(refusal);
      sendProduction(group, percent);
    };
    routes.sendTest = (group) => {
      if (this.refused.test && isGreen(group)) throw new Error(refusal);
      sendTest(group);
    };
  }
}

/** Whether something can fail by itself in the step, on this stage. A wait can only be stopped. */
export function canFail(step: string): boolean {
  return (
    ["Install", "AllowTestTraffic", "AllowTraffic"].includes(step) || hookableEvents.some((event) => event === step)
  );
}
