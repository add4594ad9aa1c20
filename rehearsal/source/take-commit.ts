import { rm } from "node:fs/promises";
import { join } from "node:path";
import { git, gitText } from "./git";

export interface TakenCommit {
  /** The repository that it is in. */
  readonly from: string;
  readonly commitId: string;
  readonly ref: string;
  /** The folder that is taken; the whole commit where the stack finds the app in it. */
  readonly folder: string;
  /** Where the folder's files come to lie; nowhere else where the whole commit is taken. */
  readonly into: string;
}

/** Makes the commit anew in `repository`, after what is on the branch there; returns its id. */
export async function takeCommit(repository: string, taken: TakenCommit): Promise<string> {
  const { from, commitId, ref, folder, into } = taken;
  const inRepository = { cwd: repository };
  await git(["fetch", "--quiet", "--no-tags", from, commitId], inRepository);
  const index = join(repository, `index-${commitId}`);
  const withIndex = { ...inRepository, environment: { GIT_INDEX_FILE: index, GIT_WORK_TREE: repository } };
  try {
    const tree =
      into === "" ? [`${commitId}^{tree}`] : [`--prefix=${into}/`, folder === "" ? commitId : `${commitId}:${folder}`];
    await git(["read-tree", ...tree], withIndex);
    const written = await gitText(["write-tree"], withIndex);
    const [name = "", email = "", ...message] = (
      await gitText(["log", "-1", "--format=%an%n%ae%n%B", commitId], inRepository)
    ).split("\n");
    const before = await gitText(["rev-parse", "--quiet", "--verify", ref], inRepository).catch(() => undefined);
    const person = {
      GIT_AUTHOR_NAME: name,
      GIT_AUTHOR_EMAIL: email,
      GIT_COMMITTER_NAME: name,
      GIT_COMMITTER_EMAIL: email,
    };
    const parent = before === undefined ? [] : ["-p", before];
    const words = ["commit-tree", written, ...parent, "-m", message.join("\n").trim() || "No message"];
    const made = await gitText(words, { ...inRepository, environment: person });
    await git(["update-ref", ref, made], inRepository);
    return made;
  } finally {
    await rm(index, { force: true });
  }
}
