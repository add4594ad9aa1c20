import type { Remote } from "../controller/channel";
import type { Controller } from "../controller/run-journalled";
import { endOf, lifecycle, nameOf, type Outcome, type Step } from "./lifecycle";
import type { ServiceDeploymentOperations, ServiceDeploymentRequest } from "./operations";
import { ServiceDeploymentSteps } from "./steps";

/** The controller of one service deployment: `lifecycle.ts` performed, and told as the timeline's events. */
export function serviceDeploymentController(
  request: ServiceDeploymentRequest,
  cloud: Remote<ServiceDeploymentOperations>,
): Controller<Step, Outcome> {
  const { id, label, rules, shiftSteps } = request;
  const steps = new ServiceDeploymentSteps(request, cloud);
  const detailOf = (step: Step) => {
    const shifts = step.kind === "stage" && step.stage === "PRODUCTION_TRAFFIC_SHIFT";
    return { step: nameOf(step), ...(shifts ? { greenPercent: shiftSteps[step.shift]!.greenPercent } : {}) };
  };
  return {
    machine: lifecycle(rules),
    perform: (step, work) => steps.perform(step, work),
    created: { type: "deployment.created", text: `service deployment ${id} created: ${label}` },
    began: (step) => ({ type: "lifecycle.started", text: `${nameOf(step)} started`, detail: detailOf(step) }),
    came: (step, outcome) => {
      const name = nameOf(step);
      const detail = detailOf(step);
      if (outcome.kind === "done") return { type: "lifecycle.succeeded", text: `${name} succeeded`, detail };
      const { reason } = outcome;
      return { type: "lifecycle.failed", text: `${name} failed: ${reason}`, detail: { ...detail, reason } };
    },
    ended: (step) => {
      const { status, reason } = endOf(step);
      const text = `service deployment ${id} ${status}${reason === undefined ? "" : `: ${reason}`}`;
      return { type: `deployment.${status.toLowerCase()}`, text, detail: { status, reason } };
    },
  };
}
