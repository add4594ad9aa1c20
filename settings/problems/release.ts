import { numberMistake } from "../../aws-rules";
import { durationProblems, longestWaits } from "../../components/deployment/controller-problems";
import { waitProblems } from "../../components/green-test-hook";
import type { Problem } from "../../components/problems";
import type { Given } from "../schema";

/** Waits that the controller does not wait. */
export function releaseProblems(settings: Given): Problem[] {
  const { controller = "CODE_DEPLOY", trafficShift, waitMinutes = 5, terminationWaitMinutes = 5 } = settings;
  const release = { ...settings, controller, terminationWaitMinutes };
  // The service itself judges the other waits.
  const problems = durationProblems(release, 0).length > 0 ? [] : durationProblems(release, waitMinutes);
  if (trafficShift !== "approval") return [...waitProblems(waitMinutes, controller), ...problems];
  const { name, approval } = longestWaits[controller];
  if (numberMistake(approval, waitMinutes) === undefined) return problems;
  const message = `is ${waitMinutes}; ${name} waits ${approval.least} to ${approval.most} minutes for a person.`;
  return [{ path: "waitMinutes", message }, ...problems];
}
