import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Fault } from "../options";
import type { LocalRepository } from "../source/local-repository";

/** The sample app answers with what this file says; in other apps it is a file like any other. */
const versionFile = "version.txt";

const messages: Readonly<Record<Fault | "none", string>> = {
  none: "A second version",
  hook: "A second version that answers every request but health checks with 500",
  health: "A second version that never answers",
};

/** Commits and pushes a second version of the app, sound or with a fault; returns the commit's id. */
export function pushSecondVersion(repository: LocalRepository, fault: Fault | undefined): Promise<string> {
  return repository.commitAndPush(messages[fault ?? "none"], async (directory) => {
    await bumpVersion(join(directory, versionFile));
    if (fault === undefined) return;
    await writeFile(join(directory, "broken.cjs"), brokenServers[fault]);
    await appendFile(
      join(directory, "Dockerfile"),
      '\nENTRYPOINT []\nCOPY broken.cjs ./broken.cjs\nCMD ["node", "broken.cjs"]\n',
    );
  });
}

async function bumpVersion(file: string): Promise<void> {
  const text = await readFile(file, "utf8").catch(() => "1.0.0");
  const [major = "1"] = /\d+/.exec(text) ?? [];
  await writeFile(file, `${text.trim() === "" ? "2.0.0" : text.trim().replace(major, String(Number(major) + 1))}\n`);
}

/**
 * Servers that take the app's place in a faulty version. Requests that come through the load balancer have a header of its
 * own; its health checks have not, nor has the container's own check.
 */
const brokenServers: Readonly<Record<Fault, string>> = {
  hook: `const isHealthCheck = ({ headers }) => headers["x-forwarded-for"] === undefined;
require("node:http")
  .createServer((request, response) => response.writeHead(isHealthCheck(request) ? 200 : 500).end())
  .listen(process.env.PORT);
process.once("SIGTERM", () => process.exit(0));
`,
  health: `setInterval(() => {}, 1000);
process.once("SIGTERM", () => process.exit(0));
`,
};
