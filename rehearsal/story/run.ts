import type { ExecutionResult } from "../codepipeline/pipeline";
import type { TimelineEvent } from "../events";
import { leftOutMessage } from "../images/build-notes";
import type { Display } from "../terminal/display";
import { MachineLoadWatch } from "../traffic/machine-load";
import { Clues } from "./clues";
import { JudgedReleases } from "./judged-releases";
import { keepOwnWork, stayForPushes } from "./keep";
import { LiveVersions } from "./live-versions";
import { type Rehearsal, type RehearsalContext, setUpRehearsal, startsNothing, tellPush } from "./rehearse";
import { pushSecondVersion } from "./second-version";

const statusEveryMs = 500;

/** AWS time for which a person looks before approving. */
const lookMs = 30_000;

/**
 * The whole story: v1 is live, a commit is pushed, and its release goes through (or, with a fault, is undone), with
 * production traffic all the while. Returns whether everything that should be seen was seen.
 *
 * @throws Error that says why it could not start, and what to do about it
 */
export async function run(context: RehearsalContext, display: Display): Promise<boolean> {
  const { options, timeline, signal, workspace } = context;
  const clues = new Clues(timeline, `Pulumi.${options.stack}.yaml`);
  const rehearsal = await setUpRehearsal(context).catch((error: Error) => {
    signal.throwIfAborted();
    throw new Error([error.message, ...clues.advice(error.message)].join("\n"), { cause: error });
  });
  const { traffic, stack } = rehearsal;
  const machine = await MachineLoadWatch.start();
  workspace.onClose(() => machine?.close());
  const releases = new JudgedReleases({
    ...{ context, display, clues, traffic, machine, timeline, ratePerSecond: options.ratePerSecond },
    versions: new LiveVersions("v1", timeline, traffic.loadBalancer),
    runningVersions: () => stack.runningVersions,
  });
  workspace.onClose(() => releases.close());
  const status = setInterval(() => display.setStatus(releases.status()), statusEveryMs);
  workspace.onClose(() => clearInterval(status));

  approveWhenReady(context, rehearsal);

  try {
    await releases.observeBefore();
    const { succeeded } = await releases.judge(releaseByPush(context, rehearsal), options.fail);
    const notes = await rehearsal.notes();
    for (const text of [...notes.warnings, ...(succeeded ? [] : leftOutMessage(notes.leftOut))])
      timeline.emit("rehearsal", "build-note", text);
    if (options.keep) await stayForPushes(context, rehearsal, releases);
    return succeeded;
  } finally {
    if (options.keep) await keepOwnWork(context, rehearsal);
  }
}

/** Plays the person whom a stack may ask, before a deployment or before its shift: looks for a while, and approves. */
function approveWhenReady({ timeline, clock, signal }: RehearsalContext, { stack, approvals }: Rehearsal): void {
  const look = async (text: string, detail: TimelineEvent["detail"], approve: () => void) => {
    await clock.wait(lookMs, signal);
    timeline.emit("rehearsal", "approved", text, detail);
    approve();
  };
  timeline.on(({ type, detail }) => {
    const { deploymentId, token, serviceDeploymentArn, hookId } = detail;
    const asked = {
      "hook.awaiting-action": () =>
        look("a person looked at the test URL, and continues the deployment", { serviceDeploymentArn, hookId }, () =>
          stack.continueServiceDeployment(String(serviceDeploymentArn), String(hookId)),
        ),
      "deployment.ready": () =>
        look("a person looked at the test URL, and continues the deployment", { deploymentId }, () =>
          stack.continueDeployment(String(deploymentId)),
        ),
      "approval.needed": () =>
        look("a person looked at the run, and approves it", { token }, () => approvals.put(String(token), "Approved")),
    }[type];
    asked?.().catch(() => undefined);
  });
}

/** Pushes the second version, and resolves when the pipeline run that it started has ended. */
async function releaseByPush(
  { options, timeline, signal }: RehearsalContext,
  { repository, release: start }: Rehearsal,
) {
  let release: Promise<ExecutionResult> | undefined;
  let why = "";
  const ignore = repository.onPush((push) => {
    tellPush(timeline, push);
    release ??= start(push);
    why = startsNothing(push);
  });
  // A push ends only when it has been heard.
  await pushSecondVersion(repository, options.fail);
  ignore();
  if (!release) throw new Error(why);
  const result = await release;
  signal.throwIfAborted();
  return result;
}
