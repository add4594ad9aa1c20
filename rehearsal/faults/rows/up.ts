import { type Proposal, proposals } from "../../stack/pulumi-up";
import type { Fault } from "../fault";
import type { Stage } from "../stage";
import { onSharedListeners } from "./load-balancer";

type StepName = keyof Stage["steps"];

/** Runs `pulumi up` before the release, whenever one of these steps begins, and at the end. @throws Error if it changes anything */
async function releaseWithUps(stage: Stage, during: readonly StepName[]): Promise<void> {
  const ups: Promise<void>[] = [];
  await up(stage);
  const before = await withoutIgnoring(stage);
  for (const step of during) stage.when(`${stage.steps[step]} started`, () => ups.push(up(stage)));
  await stage.release();
  if (ups.length !== during.length) throw new Error(`only ${ups.length} of ${during.length} times came`);
  await Promise.all(ups);
  await up(stage);
  ignoringMatters(stage, [...before, ...(await withoutIgnoring(stage))]);
}

async function up(stage: Stage): Promise<void> {
  const found = proposals(await stage.evaluateAgain(), stage.rehearsal);
  for (const { apply } of found) apply();
  if (found.length > 0) throw new Error(`pulumi up would change ${found.map(({ text }) => text).join("; ")}`);
}

async function withoutIgnoring(stage: Stage): Promise<Proposal[]> {
  return proposals(await stage.evaluateAgain(), stage.rehearsal, false);
}

/**
 * What is live is not what the program says: without ignoring, `pulumi up` would send everybody back. ECS uses the other target
 * group before the first release, CodeDeploy after it.
 */
function ignoringMatters(stage: Stage, found: readonly Proposal[]): void {
  const { production, test } = stage.rehearsal.traffic.routes.arns;
  const missing = [
    ...[...production, ...test].filter((route) => !found.some(({ arn }) => arn === route)),
    ...["taskDefinition", "loadBalancers"].filter((name) => !found.some(({ property }) => property === name)),
  ];
  if (missing.length > 0)
    throw new Error(`CreateService and the release changed no ${missing.join(", ")}, so nothing was shown`);
}

/** A release with `pulumi up` at these steps, which changes nothing. */
const released = (name: string, fault: string, during: readonly StepName[], settings = {}): Fault => ({
  name,
  fault,
  settings,
  expected: { endState: "released", noticed: { by: "codedeploy", saying: /Succeeded/ } },
  ecsSaying: /SUCCESSFUL/,
  run: (stage) => releaseWithUps(stage, during),
});

/** `pulumi up` beside a release. */
export const ups: readonly Fault[] = [
  released("up-during-release", "pulumi up while green is installed, tested and live, and right after the release", [
    "install",
    "test",
    "keepBlue",
  ]),
  released("up-during-canary", "pulumi up while a tenth of production is on green", ["shift"], {
    "greenlight:canary": '{"percent":10,"minutes":30}',
  }),
  released("up-shared", "the same on a load balancer that the service shares", ["test", "keepBlue"], onSharedListeners),
];
