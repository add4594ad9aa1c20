import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RehearsalProcess, type StartOptions } from "./rehearsal-process";

const sideBySide = 2;

/** What a scenario starts things with; all of it is ended after the tests. */
export interface Stage {
  readonly start: (words: readonly string[], options?: StartOptions) => Promise<RehearsalProcess>;
  /** Makes an app: a directory with these files. */
  readonly app: (files: Readonly<Record<string, string>>) => Promise<string>;
}

/**
 * Scenarios take seconds each, most of them waiting, so all of a suite are played before its tests, two at a time. Call
 * it in a `describe`; each test awaits the result of its own.
 */
export function scenarios(): <T>(play: (stage: Stage) => Promise<T>) => () => Promise<T> {
  const rehearsals: RehearsalProcess[] = [];
  const directories: string[] = [];
  const stage: Stage = {
    start: async (words, options) => {
      const rehearsal = await RehearsalProcess.start(words, options);
      rehearsals.push(rehearsal);
      return rehearsal;
    },
    app: async (files) => {
      const directory = await realpath(await mkdtemp(join(tmpdir(), "greenlight-app-")));
      directories.push(directory);
      for (const [name, content] of Object.entries(files)) await writeFile(join(directory, name), content);
      return directory;
    },
  };
  const waiting: (() => Promise<unknown>)[] = [];
  const workers: Promise<void>[] = [];

  async function work(): Promise<void> {
    for (let play = waiting.shift(); play; play = waiting.shift()) await play().catch(() => undefined);
  }
  before(() => {
    for (let worker = 0; worker < sideBySide; worker++) workers.push(work());
  });
  after(async () => {
    waiting.length = 0;
    await Promise.all(rehearsals.map((rehearsal) => rehearsal.close()));
    await Promise.all(workers);
    for (const directory of directories) await rm(directory, { recursive: true, force: true });
  });

  return <T>(play: (stage: Stage) => Promise<T>) => {
    let finish!: (result: Promise<T>) => void;
    const result = new Promise<T>((resolve) => (finish = resolve));
    result.catch(() => undefined);
    waiting.push(() => {
      const played = play(stage);
      finish(played);
      return played;
    });
    return () => result;
  };
}

/** An app without dependencies that answers with its version.txt; it is built in no time. */
export const tinyApp: Readonly<Record<string, string>> = {
  Dockerfile: `FROM node:22-alpine
WORKDIR /app
COPY . .
CMD ["node", "server.cjs"]
`,
  "version.txt": "v1\n",
  "server.cjs": `const version = require("node:fs").readFileSync("version.txt", "utf8").trim();
const server = require("node:http").createServer((_, response) => response.end(version));
server.listen(process.env.PORT);
process.once("SIGTERM", () => server.close());
`,
};
