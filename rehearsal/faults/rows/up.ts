import { type Proposal, proposals } from "../../stack/pulumi-up";
import type { Fault } from "../fault";
import type { Stage } from "../stage";

/** Runs `pulumi up` whenever one of these events is told, and once more at the end. @throws Error if it changes anything */
async function releaseWithUps(stage: Stage, during: readonly string[]): Promise<void> {
  const ups: Promise<void>[] = [];
  for (const text of during) stage.when(text, () => ups.push(up(stage)));
  await stage.release();
  if (ups.length !== during.length) throw new Error(`only ${ups.length} of ${during.length} times came`);
  await Promise.all(ups);
  await up(stage);
  await ignoringMatters(stage);
}

async function up(stage: Stage): Promise<void> {
  const recorder = await stage.evaluateAgain();
  const found = proposals(recorder, stage.rehearsal);
  for (const { apply } of found) apply();
  if (found.length > 0) throw new Error(`pulumi up would change ${texts(found)}`);
}

/** What was released is not what the program says: without ignoring, `pulumi up` would send everybody back. */
async function ignoringMatters(stage: Stage): Promise<void> {
  const found = proposals(await stage.evaluateAgain(), stage.rehearsal, false);
  const properties = ["defaultActions", "taskDefinition", "loadBalancers"];
  const missing = properties.filter((property) => !texts(found).includes(`: ${property} from`));
  if (missing.length > 0) throw new Error(`the release changed no ${missing.join(", ")}, so nothing was shown`);
}

function texts(found: readonly Proposal[]): string {
  return found.map(({ text }) => text).join("; ");
}

/** `pulumi up` beside a release. */
export const ups: readonly Fault[] = [
  {
    name: "up-during-release",
    controllers: ["CODE_DEPLOY"],
    fault: "pulumi up while green is installed, tested and live, and right after the release",
    expected: { endState: "released", noticed: { by: "codedeploy", saying: /Succeeded/ } },
    run: (stage) =>
      releaseWithUps(stage, ["Install started", "AfterAllowTestTraffic started", "terminationWait started"]),
  },
  {
    name: "up-during-canary",
    controllers: ["CODE_DEPLOY"],
    fault: "pulumi up while a tenth of production is on green",
    settings: { "greenlight:canary": '{"percent":10,"minutes":30}' },
    expected: { endState: "released", noticed: { by: "codedeploy", saying: /Succeeded/ } },
    run: (stage) => releaseWithUps(stage, ["AllowTraffic started"]),
  },
];
