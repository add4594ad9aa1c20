import type { ExecutionResult } from "../codepipeline/pipeline";
import type { TimelineEvent } from "../events";
import { leftOutMessage } from "../images/build-notes";
import type { Display } from "../terminal/display";
import { summaryBox } from "../terminal/summary";
import { startTraffic } from "../traffic/meter";
import { defaultMix, mixOf } from "../traffic/mix";
import { describeTotals, totals } from "../traffic/report";
import { LiveVersions } from "./live-versions";
import { type Rehearsal, type RehearsalContext, setUpRehearsal, startsNothing, tellPush } from "./rehearse";
import { pushSecondVersion } from "./second-version";
import { judgeRelease, judgeRollback } from "./verdict";
import { Witness } from "./witness";

const statusEveryMs = 500;

/** AWS time for which a person looks before approving. */
const lookMs = 30_000;

/**
 * The whole story: v1 is live, a commit is pushed, and its release goes through (or, with a fault, is undone), with
 * production traffic all the while. Returns whether everything that should be seen was seen.
 */
export async function run(context: RehearsalContext, display: Display): Promise<boolean> {
  const { options, timeline, clock, workspace } = context;
  const rehearsal = await setUpRehearsal(context);
  const { traffic, stack } = rehearsal;
  const versions = new LiveVersions("v1", timeline, traffic.loadBalancer);
  const witness = new Witness({ ...traffic, versions, timeline });
  workspace.onClose(() => witness.close());
  const { productionUrl: url, client } = traffic;
  const mix = mixOf(defaultMix(url), url);
  const meter = startTraffic({ url, client, mix, ratePerSecond: options.ratePerSecond, versions, timeline });
  workspace.onClose(async () => void (await meter.stop()));
  const status = setInterval(() => display.setStatus(describeTotals(meter.snapshot())), statusEveryMs);
  workspace.onClose(() => clearInterval(status));

  approveWhenReady(context, rehearsal);

  await witness.observe("before the release");
  const startedAt = { awsMs: clock.awsMs, elapsedMs: clock.elapsedMs };
  const result = await releaseByPush(context, rehearsal);
  await witness.close();
  const report = await meter.stop();
  clearInterval(status);

  const judge = options.fail === undefined ? judgeRelease : judgeRollback;
  const verdict = judge({
    observations: witness.observations,
    totals: totals(report),
    pipelineStatus: result.status,
    reason: result.reason,
    running: stack.runningVersions,
    before: "v1",
    released: "v2",
  });
  const summary = {
    productionPort: Number(new URL(traffic.productionUrl).port),
    testPort: Number(new URL(traffic.testUrl).port),
    observations: witness.observations,
    lifecycle: witness.spans,
    traffic: report,
    awsMs: clock.awsMs - startedAt.awsMs,
    elapsedMs: clock.elapsedMs - startedAt.elapsedMs,
    verdict,
  };
  timeline.emit("rehearsal", "summary", verdict.text, { ...summary, traffic: totals(report) });
  const notes = await rehearsal.notes();
  for (const text of [...notes.warnings, ...(verdict.succeeded ? [] : leftOutMessage(notes.leftOut))])
    timeline.emit("rehearsal", "build-note", text);
  if (options.keep) await stayForPushes(context, rehearsal);
  display.stop();
  if (!options.json) process.stdout.write(summaryBox(summary));
  return verdict.succeeded;
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

/** Releases every further push until somebody ends the rehearsal. */
async function stayForPushes(
  { timeline, signal }: RehearsalContext,
  { repository, release, traffic, stack }: Rehearsal,
): Promise<void> {
  const [listener] = traffic.loadBalancer.describeListeners();
  const { environmentFile } = stack.aws;
  timeline.emit("rehearsal", "aws-endpoint", await stack.aws.invitation(listener!.arn), { environmentFile });
  const { cloneDirectory, remoteUrl, branch } = repository;
  const { caFile, productionUrl } = traffic;
  const toCall = caFile === undefined ? "" : `; curl --connect-to ::127.0.0.1: --cacert ${caFile} ${productionUrl}`;
  const text = `edit, commit and push in ${cloneDirectory} (remote ${remoteUrl}, branch ${branch})${toCall}; Ctrl-C ends`;
  timeline.emit("rehearsal", "keep", text, { cloneDirectory, remoteUrl, branch, caFile, ...urls(traffic) });
  const runs = new Set<Promise<unknown>>();
  const ignore = repository.onPush((push) => {
    tellPush(timeline, push);
    const run = release(push);
    if (run) runs.add(run.catch(() => undefined));
    else timeline.emit("rehearsal", "ignored", startsNothing(push), { commitId: push.commitId });
  });
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
  ignore();
  await Promise.all(runs);
}

function urls({ productionUrl, testUrl }: Rehearsal["traffic"]) {
  return { productionUrl, testUrl };
}
