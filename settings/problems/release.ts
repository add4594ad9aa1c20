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
  if (waitMinutes >= 1 && waitMinutes <= approval) return problems;
  const message = `is ${waitMinutes}; ${name} waits 1 to ${approval} minutes for a person.`;
  return [{ path: "waitMinutes", message }, ...problems];
}
