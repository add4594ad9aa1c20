import { deploymentEnd, watchedStep } from "./deployment-steps";
import type { Timeline, TimelineEvent } from "./events";
import type { Stack } from "./stack/stack";
import type { TrafficSide } from "./stack/traffic-side";

/** What must hold after every step of every deployment; watches from outside and keeps what did not. */
export class Invariants {
  readonly violations: string[] = [];
  private blue = "";
  private underWay = 0;
  private waited = false;
  /** It was left as it was, or the way back failed, in part at least: some of green may be there. */
  private greenStays = false;

  constructor(
    private readonly stack: Stack,
    private readonly traffic: TrafficSide,
    private readonly productionPort: number,
    timeline: Timeline,
  ) {
    timeline.on((event) => this.follow(event));
  }

  private follow(event: TimelineEvent): void {
    const { source, type, text, detail } = event;
    if (source === "ecs" && type === "task-set.draining" && detail.label === this.blue && !this.waited)
      this.violations.push(`${text} before its termination wait was over`);
    // A group may fall sick at any time; nobody may send production there.
    const moved = type === "listener.modified" || type === "rule.modified";
    if (moved && detail.localPort === this.productionPort) this.checkHealth(text);
    if (source !== "codedeploy" && source !== "ecs") return;
    if (deploymentEnd(event)) this.underWay--;
    if (type === "deployment.created") {
      if (++this.underWay > 1) this.violations.push(`${text}, while another one is under way`);
      this.blue = this.stack.service.primaryTaskSet?.label ?? "";
      this.waited = false;
      this.greenStays = false;
    }
    const { phase, effects = [] } = watchedStep(event) ?? {};
    const done = phase === "succeeded" ? effects : [];
    if (done.includes("goBack") || done.includes("undo")) this.greenStays = false;
    const fails = phase === "failed" && (effects.includes("goBack") || effects.includes("undo"));
    if (fails || effects.includes("leave")) this.greenStays = true;
    if (done.includes("keepBlue")) this.waited = true;
    const over = done.includes("shiftProduction") || done.includes("goBack");
    if (over && this.productionGroups().length !== 1) this.violations.push(`${text}: not exactly one version is live`);
    if (["rolled back", "stopped", "stuck"].includes(deploymentEnd(event) ?? "") && !this.greenStays) {
      const others = this.stack.runningVersions.filter((version) => version !== this.blue);
      if (others.length > 0) this.violations.push(`${text}: ${others.join(", ")} still run`);
    }
  }

  /** Production never points at a group without a healthy target while the other one has some. */
  private checkHealth(when: string): void {
    const live = this.productionGroups();
    const healthy = this.traffic.targetGroups.filter((group) =>
      group.targets().some(({ state }) => state === "healthy"),
    );
    const dead = live.filter((arn) => !healthy.some((group) => group.arn === arn));
    if (healthy.length > 0 && dead.length > 0)
      this.violations.push(`${when}: production points at ${dead.join(", ")}, which has no healthy target`);
  }

  private productionGroups(): string[] {
    const shares = Object.entries(this.traffic.routes.weights.production);
    return shares.filter(([, percent]) => percent > 0).map(([arn]) => arn);
  }
}
