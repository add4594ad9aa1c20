import { loadBalancing } from "../aws";
import { groupName } from "./test-listener";

/** Throws, with what there is instead, where the group has no healthy target. */
export async function requireHealthyTarget(targetGroupArn: string, signal: AbortSignal): Promise<void> {
  const client = await loadBalancing();
  const health = await client.describeTargetHealth({ TargetGroupArn: targetGroupArn }, { abortSignal: signal });
  const states = (health.TargetHealthDescriptions ?? []).map(({ TargetHealth }) => TargetHealth);
  if (states.some((state) => state?.State === "healthy")) return;
  const found = states.map((state) => [state?.State, state?.Reason].filter(Boolean).join(" ")).join(", ");
  throw new Error(`${groupName(targetGroupArn)} has no healthy target (${found || "it has no target"})`);
}
