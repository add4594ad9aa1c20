import type { Remote } from "../controller/channel";
import type { Controller } from "../controller/run-journalled";
import { endOf, lifecycle, nameOf, type Outcome, type Step } from "./lifecycle";
import type { DeploymentOperations, DeploymentRequest } from "./operations";
import { DeploymentSteps } from "./steps";

/** The controller of one deployment: `lifecycle.ts` performed, and told as the timeline's events. */
export function deploymentController(
  request: DeploymentRequest,
  cloud: Remote<DeploymentOperations>,
): Controller<Step, Outcome> {
  const { id, label, rules } = request;
  const steps = new DeploymentSteps(request, cloud);
  return {
    machine: lifecycle(rules),
    perform: (step, work) => steps.perform(step, work),
    created: { type: "deployment.created", text: `deployment ${id} created: ${label}` },
    began: (step) => ({
      type: "lifecycle.started",
      text: `${nameOf(step)} started`,
      detail: { step: nameOf(step) },
    }),
    came: (step, outcome) => {
      const name = nameOf(step);
      if (outcome.kind === "done")
        return { type: "lifecycle.succeeded", text: `${name} succeeded`, detail: { step: name } };
      const { reason } = outcome;
      return { type: "lifecycle.failed", text: `${name} failed: ${reason}`, detail: { step: name, reason } };
    },
    ended: (step) => {
      const { status, reason } = endOf(step);
      const text = `deployment ${id} ${status}${reason === undefined ? "" : `: ${reason}`}`;
      return { type: `deployment.${status.toLowerCase()}`, text, detail: { status, reason } };
    },
  };
}
