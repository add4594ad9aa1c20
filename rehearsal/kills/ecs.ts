import { deploymentConfiguration, hookStages } from "../ecs-deployment/deployment-configuration";
import {
  type Cause,
  endOf,
  lifecycle,
  type LifecycleRules,
  type LifecycleStage,
  type Outcome,
  type RollbackStage,
  type Step,
} from "../ecs-deployment/lifecycle";
import type { InterruptedBy } from "../ecs-deployment/service-deployment";
import { broken } from "../faults/broken";
import type { Stage } from "../faults/stage";
import { type KilledController, type KilledPath, type Release, toTheEnd } from "./killed-controller";
import { type By, type Path, paths, type Refusable, type Trouble, type TroubledMachine } from "./paths";

const breaker = { enable: true, rollback: true };

/** A share of production goes first, blue goes on running, each stage that takes hooks has one, and whatever goes wrong goes back. */
const configuration = deploymentConfiguration.parse({
  strategy: "CANARY",
  canaryConfiguration: { canaryPercent: 10, canaryBakeTimeInMinutes: 1 },
  bakeTimeInMinutes: 1,
  deploymentCircuitBreaker: breaker,
  lifecycleHooks: [
    { hookTargetArn: "arn:aws:lambda:function:of-the-stage", roleArn: "arn:role", lifecycleStages: [...hookStages] },
  ],
});

const rules: LifecycleRules = { reconcile: false, shifts: 2, rollbackOn: { circuitBreaker: true, alarm: true } };

/** What each stage of the way back asks for. */
const wayBack = {
  PRODUCTION_TRAFFIC_SHIFT: "sendProduction",
  TEST_TRAFFIC_SHIFT: "sendTest",
  CLEAN_UP: "deleteTaskSet",
} as const satisfies Readonly<Record<RollbackStage, Refusable>>;

/** The machine of ECS's own deployments, and what may come of its steps. */
export function ecsMachine(own: LifecycleRules): TroubledMachine<Step, Outcome> {
  return { ...lifecycle(own), done: { kind: "done" }, troubles, endOf };
}

type Named = readonly [name: string, trouble: Trouble<Outcome>];

function troubles(step: Step): Readonly<Record<string, Trouble<Outcome>>> {
  if (step.kind === "rollback") return Object.fromEntries(onTheWayBack(step.stage));
  if (step.kind === "stop") return {};
  const stage = step.kind === "stage" ? step.stage : undefined;
  const named: Named[] = (["request", "alarm", "newDeployment"] as const).map((interrupt) => [
    interrupt,
    failed(interrupt, { interrupt }),
  ]);
  if (stage === "SCALE_UP") named.unshift(["circuitBreaker", failed("circuitBreaker", "image")]);
  if (takesHooks(stage)) named.unshift(["hook failed", failed("hook", "hook")]);
  return Object.fromEntries(named);
}

/** The end tells one of these from the other. */
function onTheWayBack(stage: RollbackStage): Named[] {
  const refuse = wayBack[stage];
  const refused: Named = [`${refuse} refused`, failed("error", { refuse }, refuse)];
  return takesHooks(stage) ? [refused, ["hook failed", failed("hook", "hook", stage)]] : [refused];
}

function failed(cause: Cause, by: By, reason = "trouble"): Trouble<Outcome> {
  return { outcome: { kind: "failed", cause, reason }, by };
}

function takesHooks(stage: LifecycleStage | undefined): boolean {
  return hookStages.some((one) => one === stage);
}

function release({ rehearsal: { stack } }: Stage, image: string): Release {
  const deployment = stack.createServiceDeployment(stack.firstRelease(image), configuration);
  const { arn: id, label, blue, controller } = deployment;
  return {
    ...{ id, label, blue, controller },
    run: () => deployment.run(),
    interrupt: (kind) => deployment.interrupt(kind as InterruptedBy, "it was to end"),
    proceed: () => undefined,
  };
}

function killed(path: Path): KilledPath {
  return toTheEnd(path, path.end === "STOPPED" || path.end === "ROLLBACK_FAILED");
}

export const ecs: KilledController = {
  name: "ECS",
  settings: {},
  // Its tasks fail, which the circuit breaker counts.
  failingApp: broken("process.exit(1);"),
  paths: () => {
    const all = paths(ecsMachine(rules));
    const stopped = all.findLast(({ end }) => end === "STOPPED")!;
    const reconciled = paths(ecsMachine({ ...rules, reconcile: true }));
    // What comes after that stage is as if it had not been there.
    const own = reconciled[0]!.steps.findIndex((step) => !all[0]!.steps.includes(step));
    const others = reconciled.filter(({ troubles: [first] }) => first?.index === own);
    return [
      ...all.map(killed),
      { path: { ...reconciled[0]!, name: "reconciled" }, from: own, until: own + 1, leaves: false, after: stopped },
      ...others.map((path) => ({ ...killed(path), after: stopped })),
    ];
  },
  release,
  // The next deployment reconciles the service; nobody needs more of it.
  finish: async (stage, _blue, image) => {
    const next = release(stage, image);
    stage.when("PRE_SCALE_UP started", () => next.interrupt("request"));
    await next.run();
  },
};
