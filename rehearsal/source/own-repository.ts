import { join, relative } from "node:path";
import { git } from "./git";
import type { LocalRepository } from "./local-repository";
import { installPushHook } from "./push-hook";
import { PushListener, type RefUpdate } from "./push-listener";
import { configureRemote } from "./repository-settings";

/**
 * A remote for a person's own repository of the app. It has no commits at first, so that any history can be pushed to it.
 * What is pushed becomes a commit of the rehearsal's repository, with the app in the folder that the stack names.
 */
export class OwnRepository {
  private constructor(
    readonly remoteUrl: string,
    private readonly pushes: PushListener,
  ) {}

  /**
   * @param directory where the bare repository is made
   * @param folders where the app may be in the person's repository, besides the folder that the stack names
   */
  static async open(
    repository: LocalRepository,
    directory: string,
    folders: readonly string[],
  ): Promise<OwnRepository> {
    const remote = join(directory, "own.git");
    await git(["init", "--quiet", "--template=", "--bare", remote], { cwd: directory });
    await configureRemote(remote);
    const inStack = relative(repository.cloneDirectory, repository.appDirectory);
    const pushes = await PushListener.start(async (updates) => {
      const heard: string[] = [];
      for (const update of updates) heard.push(await take(update));
      return heard.join("");
    });
    await installPushHook(remote, pushes);
    return new OwnRepository(remote, pushes);

    async function take({ ref, commitId }: RefUpdate): Promise<string> {
      if (!ref.startsWith("refs/heads/")) return "";
      const places = [...new Set([inStack, ...folders, ""])];
      const found = await findApp(remote, commitId, places);
      if (found === undefined) {
        const names = places.map((place) => (place === "" ? "its top folder" : place)).join(", ");
        return `Not released: commit ${commitId.slice(0, 7)} has no Dockerfile in ${names}.\n`;
      }
      return repository.take({ from: remote, commitId, ref, folder: found, into: found === inStack ? "" : inStack });
    }
  }

  close(): Promise<void> {
    return this.pushes.close();
  }
}

async function findApp(remote: string, commitId: string, places: readonly string[]): Promise<string | undefined> {
  for (const place of places) {
    const file = place === "" ? "Dockerfile" : `${place}/Dockerfile`;
    const isThere = await git(["cat-file", "-e", `${commitId}:${file}`], { cwd: remote }).then(
      () => true,
      () => false,
    );
    if (isThere) return place;
  }
  return undefined;
}
