import { copyFile, mkdir, rm, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { copyFiles } from "./copy-files";
import { git, gitText } from "./git";
import { installPushHook } from "./push-hook";
import { PushListener, type RefUpdate } from "./push-listener";
import { listRepositoryFiles, type RepositoryFiles } from "./repository-files";
import { configureClone, configureRemote } from "./repository-settings";
import { takeCommit, type TakenCommit } from "./take-commit";

export interface LocalRepositoryRequest {
  /** Must not exist or be empty; `remote.git` and the working clone `clone` are made in it. */
  readonly directory: string;
  /** The app. The first commit has what a repository of it would hold. */
  readonly appDirectory: string;
  /** Takes the place of the app's Dockerfile. @default none does */
  readonly dockerfile?: string | undefined;
  /** Whether a build looks at more than the image's context. @default false */
  readonly withDockerignored?: boolean;
  /** Where the app lies in the repository, relative. @default its root */
  readonly pathInRepository?: string;
  readonly branch: string;
  /** Ends the making of it. @default nothing does */
  readonly signal?: AbortSignal;
}

/** A branch that somebody pushed. */
export interface Push {
  readonly branch: string;
  readonly commitId: string;
  /** The commit's whole message. */
  readonly message: string;
  /** The author's name. */
  readonly author: string;
  /** Paths of the files that differ from what the branch was before; undefined for a new branch. */
  readonly changedFiles?: readonly string[];
}

type Listener = (push: Push) => void;

/** Takes the place of the GitHub repository: a bare repository, a working clone, and word of every push. */
export class LocalRepository {
  private readonly listeners = new Set<Listener>();
  /** Commits of the rehearsal's own. */
  private readonly made = new Set<string>();
  private pushes: PushListener | undefined;
  /** Commits that the hook has told of. */
  private readonly heard = new Set<string>();

  /** Use `createLocalRepository`. */
  constructor(
    /** The bare repository; a path that `git push` and `git clone` take. */
    readonly remoteUrl: string,
    /** A clone with `remoteUrl` as its origin, to edit, commit and push in. */
    readonly cloneDirectory: string,
    /** Where the app lies in the clone. */
    readonly appDirectory: string,
    readonly branch: string,
    /** What the first commit has of the app, and what it has not. */
    readonly contents: RepositoryFiles,
  ) {}

  /** Calls `listener` for every branch that anyone pushes from now on; the returned function ends that. */
  onPush(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Commits what `edit` changes in the clone and pushes it; returns the commit's id. @throws Error with git's message */
  async commitAndPush(
    message: string,
    edit: (appDirectory: string) => Promise<void>,
    signal?: AbortSignal,
  ): Promise<string> {
    const inClone = { cwd: this.cloneDirectory, signal };
    await edit(this.appDirectory);
    // What .gitignore leaves out was left out before, unless the app's own repository tracks it all the same.
    await git(["add", "--all", "--force"], inClone);
    // A commit that changes nothing is one to release all the same.
    await git(["commit", "--quiet", "--allow-empty", "--message", message], inClone);
    const commitId = await gitText(["rev-parse", "HEAD"], inClone);
    this.made.add(commitId);
    await git(["push", "--quiet", "origin", this.branch], inClone);
    this.requireHeard(commitId);
    return commitId;
  }

  /** git ignores a hook that it cannot start, and the push succeeds all the same. */
  private requireHeard(commitId: string): void {
    if (!this.pushes || this.heard.has(commitId)) return;
    throw new Error(
      `git pushed ${commitId.slice(0, 7)} but did not run ${join(this.remoteUrl, "hooks", "post-receive")}. ` +
        "Set TMPDIR to a folder in which programs may be started.",
    );
  }

  /** The commit's files as a zip, as a connection's source action hands them on. */
  async archive(commitId: string): Promise<Buffer> {
    return git(["archive", "--format=zip", commitId], { cwd: this.remoteUrl });
  }

  /** Writes the commit's files into `directory`, which is made. */
  async checkout(commitId: string, directory: string): Promise<void> {
    await mkdir(directory, { recursive: true });
    // An index of its own, so that two checkouts do not meet.
    const index = `${directory}.index`;
    try {
      const words = ["--work-tree", directory, "checkout", "--quiet", "--force", commitId, "--", "."];
      await git(["--git-dir", this.remoteUrl, ...words], { cwd: directory, environment: { GIT_INDEX_FILE: index } });
    } finally {
      await rm(index, { force: true });
    }
  }

  /** Hears of no further push. The files stay; they belong to whoever gave the directory. */
  async close(): Promise<void> {
    this.listeners.clear();
    const { pushes } = this;
    this.pushes = undefined;
    await pushes?.close();
  }

  /** Has pushes heard from now on. */
  async listen(): Promise<void> {
    this.pushes = await PushListener.start(async (updates) => {
      const heard: string[] = [];
      for (const update of updates) {
        this.heard.add(update.commitId);
        if (update.ref.startsWith("refs/heads/")) heard.push(await this.hear(update));
      }
      return heard.join("");
    });
    await installPushHook(this.remoteUrl, this.pushes);
  }

  /** Makes a commit of another repository one of this one, as if it had been pushed; returns what is to be said of it. */
  async take(commit: TakenCommit): Promise<string> {
    const inRemote = { cwd: this.remoteUrl };
    const before = await gitText(["rev-parse", "--quiet", "--verify", commit.ref], inRemote).catch(() => undefined);
    const commitId = await takeCommit(this.remoteUrl, commit);
    return this.hear({ ref: commit.ref, before, commitId });
  }

  /** What the person has in the clone that nobody else has: commits, changes, stashes. */
  async hasOwnWork(): Promise<boolean> {
    const inClone = { cwd: this.cloneDirectory };
    const commits = await gitText(["rev-list", "--all", "--reflog"], inClone);
    if (commits.split("\n").some((id) => !this.made.has(id))) return true;
    return (await gitText(["status", "--porcelain"], inClone)) !== "";
  }

  private async hear(update: RefUpdate): Promise<string> {
    const push = await this.describe(update.ref.slice("refs/heads/".length), update);
    for (const listener of this.listeners) listener(push);
    return `The rehearsal heard of ${push.branch} at ${push.commitId.slice(0, 7)}\n`;
  }

  private async describe(branch: string, { before, commitId }: RefUpdate): Promise<Push> {
    const inRemote = { cwd: this.remoteUrl };
    const words = ["log", "-1", "--format=%an%n%B", commitId];
    const [author = "", ...message] = (await gitText(words, inRemote)).split("\n");
    const push = { branch, commitId, author, message: message.join("\n").trim() };
    if (before === undefined) return push;
    const names = await gitText(["diff", "--name-only", "--no-renames", "-z", before, commitId], inRemote);
    return { ...push, changedFiles: names.split("\0").filter((name) => name !== "") };
  }
}

/** Makes the repository with the app as its first commit, already pushed. @throws Error when git or the app is missing */
export async function createLocalRepository(request: LocalRepositoryRequest): Promise<LocalRepository> {
  const { directory, appDirectory, dockerfile, branch, pathInRepository = ".", signal } = request;
  const found = await stat(appDirectory).catch(() => undefined);
  if (!found?.isDirectory()) throw new Error(`The app's directory ${appDirectory} does not exist.`);
  const [remote, clone] = [join(directory, "remote.git"), join(directory, "clone")];
  await mkdir(clone, { recursive: true });
  // No template: a person's own may bring hooks.
  await git(["init", "--quiet", "--template=", "--bare", remote], { cwd: directory });
  await git(["init", "--quiet", "--template=", clone], { cwd: directory });
  for (const cwd of [remote, clone]) await git(["symbolic-ref", "HEAD", `refs/heads/${branch}`], { cwd });
  await configureRemote(remote);
  await configureClone(clone, remote, branch);

  const own = dockerfile === undefined ? {} : { dockerfile: relative(appDirectory, dockerfile) };
  const contents = await listRepositoryFiles({ ...request, ...own, emptyRepository: remote });
  const repository = new LocalRepository(remote, clone, join(clone, pathInRepository), branch, contents);
  const copy = async (target: string) => {
    await copyFiles(contents.files, appDirectory, target, signal);
    if (dockerfile !== undefined) await useDockerfile(dockerfile, target);
  };
  await repository.commitAndPush("The app as it is", copy, signal);
  await repository.listen();
  return repository;
}

/** A Dockerfile has its own .dockerignore beside it, which counts instead of the context's. */
async function useDockerfile(dockerfile: string, appDirectory: string): Promise<void> {
  const target = join(appDirectory, "Dockerfile");
  await rm(target, { force: true });
  await copyFile(dockerfile, target);
  await copyFile(`${dockerfile}.dockerignore`, `${target}.dockerignore`).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
  });
}
