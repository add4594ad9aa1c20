import { join } from "node:path";
import type { LeftOutBy, RepositoryFiles } from "./repository-files";

const namesShown = 5;

const because: Readonly<Record<LeftOutBy, string>> = {
  gitignore: ".gitignore excludes them",
  dockerignore: ".dockerignore keeps them out of every image",
  submodule: "CodePipeline's source has no files of other repositories",
};

/** What of the app's folder is not in the first commit, one sentence for each reason. */
export function describeLeftOut({ leftOut }: RepositoryFiles, appDirectory: string): string[] {
  const sentences = Object.entries(leftOut).map(([by, names]) => {
    if (names.length === 0) return [];
    const more = names.length - namesShown;
    const list = [...names.slice(0, namesShown), ...(more > 0 ? [`${more} more`] : [])].join(", ");
    return [
      `${by === "dockerignore" ? "not copied" : "not in the repository"}: ${list} (${because[by as LeftOutBy]})${by === "gitignore" ? hint(names, appDirectory) : ""}`,
    ];
  });
  return sentences.flat();
}

function hint(names: readonly string[], appDirectory: string): string {
  const file = names.find((name) => /(^|\/)\.env(\.|$)/.test(name));
  return file === undefined ? "" : `; --env-file ${join(appDirectory, file)} gives the app its variables`;
}
