import { tags, textMistake } from "../../aws-rules";
import type { Problem } from "../../components/problems";
import type { Given } from "../schema";

/** Pulumi's own setting of tags for everything that it makes. */
const setting = "aws:defaultTags";

/** Tags that AWS would refuse. @param written the setting as Pulumi hands it over; undefined where there is none */
export function tagProblems({ vpcId }: Given, written: string | undefined): Problem[] {
  const given = defaultTags(written);
  const wrong = (message: string | undefined) => (message === undefined ? [] : [{ path: `${setting}.tags`, message }]);
  const problems = Object.entries(given).flatMap(([key, value]) => [
    ...wrong(about(`the key "${key}"`, textMistake(tags.tagKey, key))),
    ...wrong(about(`the value of ${key}`, typeof value === "string" ? textMistake(tags.tagValue, value) : undefined)),
  ]);
  // The subnets of a new network have a Name besides.
  const most = vpcId === undefined ? tags.tagsOfResource.most - 1 : tags.tagsOfResource.most;
  const count = Object.keys(given).length;
  if (count <= most) return problems;
  const why = vpcId === undefined ? ", and a new network's subnets have one besides" : "";
  const message = `are ${count}; AWS takes ${tags.tagsOfResource.most} of a resource${why}. Keep at most ${most}.`;
  return [...problems, { path: `${setting}.tags`, message }];
}

function about(what: string, mistake: string | undefined): string | undefined {
  return mistake === undefined ? undefined : `${what} ${mistake}`;
}

/** What the provider cannot read either is left to it. */
function defaultTags(written: string | undefined): Record<string, unknown> {
  try {
    const parsed = JSON.parse(written ?? "{}") as { tags?: unknown } | null;
    return typeof parsed?.tags === "object" && parsed.tags !== null ? (parsed.tags as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
