import { mkdtemp, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { git, gitText } from "../source/git";
import { OwnRepository } from "../source/own-repository";
import type { JudgedReleases } from "./judged-releases";
import { type Rehearsal, type RehearsalContext, startsNothing, tellPush } from "./rehearse";

/** Releases and judges every further push until somebody ends the rehearsal. */
export async function stayForPushes(
  context: RehearsalContext,
  rehearsal: Rehearsal,
  releases: JudgedReleases,
): Promise<void> {
  const { timeline, signal, workspace } = context;
  const { repository, release, traffic, stack } = rehearsal;
  const [listener] = traffic.loadBalancer.describeListeners();
  const { environmentFile } = stack.aws;
  timeline.emit("rehearsal", "aws-endpoint", await stack.aws.invitation(listener!.arn), { environmentFile });
  const { cloneDirectory, remoteUrl, branch } = repository;
  const { caFile, productionUrl, testUrl } = traffic;
  const own = await OwnRepository.open(repository, join(workspace.directory, "git"), await ownFolders(rehearsal));
  const say = (text: string, detail: Record<string, unknown> = {}) => timeline.emit("rehearsal", "keep", text, detail);
  const facts = { cloneDirectory, remoteUrl, ownRemoteUrl: own.remoteUrl, branch, caFile, productionUrl, testUrl };
  const toCall = caFile === undefined ? "" : `; curl --connect-to ::127.0.0.1: --cacert ${caFile} ${productionUrl}`;
  say(`the release is over and the app stays: ${productionUrl} (production), ${testUrl} (test)${toCall}`, facts);
  say(`to release again, edit, commit and push in ${cloneDirectory} (branch ${branch})`);
  say(`or push from your own repository: git push ${own.remoteUrl} HEAD:${branch}`);
  say("Ctrl-C ends it. The folder is deleted then, unless it has work of yours");
  const runs = new Set<Promise<unknown>>();
  const ignore = repository.onPush((push) => {
    tellPush(timeline, push);
    const run = release(push);
    if (run) runs.add(releases.judge(run).catch(() => undefined));
    else timeline.emit("rehearsal", "ignored", startsNothing(push), { commitId: push.commitId });
  });
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
  ignore();
  await own.close();
  await Promise.all(runs);
}

/** Where the app is in the repository that the person has it in. */
async function ownFolders({ appDirectory }: Rehearsal): Promise<string[]> {
  const words = ["-c", "safe.directory=*", "rev-parse", "--show-prefix"];
  const prefix = await gitText(words, { cwd: appDirectory }).catch(() => "");
  return prefix === "" ? [] : [prefix.replace(/\/$/, "")];
}

/** Moves the clone out of the workspace, which is deleted, if it has work of the person's. */
export async function keepOwnWork({ timeline, workspace }: RehearsalContext, { repository }: Rehearsal): Promise<void> {
  if (!(await repository.hasOwnWork())) return;
  // Beside the workspace, since TMPDIR may not exist, or lie on another disk.
  const kept = await mkdtemp(join(dirname(workspace.directory), "greenlight-your-work-"));
  await rename(repository.cloneDirectory, kept);
  // Its remote lies in a folder that is deleted.
  await git(["remote", "remove", "origin"], { cwd: kept }).catch(() => undefined);
  timeline.emit("rehearsal", "kept", `your work in the clone is kept: ${kept}`, { directory: kept });
}
