import {
  endOf,
  hookableEvents,
  lifecycle,
  type LifecycleRules,
  type Outcome,
  type Step,
} from "../codedeploy/lifecycle";
import { broken } from "../faults/broken";
import { type KilledController, toTheEnd } from "./killed-controller";
import { paths, type Refusable, type Trouble, type TroubledMachine } from "./paths";

/** A person must continue, and whatever goes wrong goes back. */
const everyRule: LifecycleRules = {
  approval: true,
  rollbackOnFailure: true,
  rollbackOnStop: true,
  rollbackOnAlarm: true,
};

/** All that the way back asks for. */
const wayBack: readonly Refusable[] = ["sendProduction", "sendTest", "makePrimary", "deleteTaskSet"];

/** The machine of CodeDeploy's deployments, and what may come of its steps. */
export function codeDeployMachine(rules: LifecycleRules): TroubledMachine<Step, Outcome> {
  return { ...lifecycle(rules), done: { kind: "done" }, troubles, endOf };
}

function troubles(step: Step): Readonly<Record<string, Trouble<Outcome>>> {
  if (step.kind === "rollback")
    return Object.fromEntries(
      wayBack.map((refuse) => [
        `${refuse} refused`,
        { outcome: { kind: "failed" as const, reason: refuse }, by: { refuse } },
      ]),
    );
  return {
    ...failure(step),
    stopped: { outcome: { kind: "stopped", reason: "trouble" }, by: { interrupt: "stop" } },
    alarm: { outcome: { kind: "alarm", reason: "trouble" }, by: { interrupt: "alarm" } },
  };
}

/** What can fail by itself; a wait can only be stopped. */
function failure(step: Step): Readonly<Record<string, Trouble<Outcome>>> {
  const outcome: Outcome = { kind: "failed", reason: "trouble" };
  if (step.kind !== "event") return {};
  if (step.event === "Install") return { failed: { outcome, by: "image" } };
  if (step.event === "AllowTestTraffic") return { failed: { outcome, by: { refuse: "sendTest" } } };
  if (step.event === "AllowTraffic") return { failed: { outcome, by: { refuse: "sendProduction" } } };
  return { failed: { outcome, by: "hook" } };
}

export const codeDeploy: KilledController = {
  name: "CODE_DEPLOY",
  // A share of production goes first, and blue goes on running: each kind of step has its waits.
  settings: {
    "greenlight:trafficShift": "approval",
    "greenlight:waitMinutes": "60",
    "greenlight:canary": '{"percent":10,"minutes":1}',
    "greenlight:terminationWaitMinutes": "1",
  },
  // Its health check is not there, which is known long before its grace period is over.
  failingApp: broken("exports.answer = (_, response) => response.writeHead(404).end();"),
  paths: () => paths(codeDeployMachine(everyRule)).map((path) => toTheEnd(path, path.troubles.length > 1)),
  release: ({ rehearsal: { stack } }, image) => {
    const hooks = Object.fromEntries(hookableEvents.map((event) => [event, "a function of the stage's"]));
    const deployment = stack.createDeployment({ ...stack.firstRelease(image), hooks });
    const { id, label, blue, controller } = deployment;
    return {
      ...{ id, label, blue, controller },
      run: () => deployment.run(),
      interrupt: (kind) => deployment.stop("it was to be stopped", kind as "stop" | "alarm"),
      proceed: ({ type }) => type === "deployment.ready" && deployment.continue(),
    };
  },
  // The next deployment is refused until a person has done what this one's end says.
  finish: async ({ rehearsal: { stack, traffic } }, blue) => {
    const { service } = stack;
    traffic.routes.sendProduction(blue.targetGroup, 100);
    traffic.routes.sendTest(blue.targetGroup);
    if (service.primaryTaskSet !== blue) service.updateServicePrimaryTaskSet(blue.id);
    const others = service.describeTaskSets().filter(({ taskSet }) => taskSet !== blue);
    for (const { taskSet } of others) await service.deleteTaskSet(taskSet.id);
  },
};
