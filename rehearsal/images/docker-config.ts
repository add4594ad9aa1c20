import { mkdir, readFile, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

/** What `aws ecr get-login-password` prints for a region: good for that region's registries only, as ECR's token is. */
export function loginPassword(region: string): string {
  return Buffer.from(`rehearsal:${region}`).toString("base64");
}

/** The region in `123456789012.dkr.ecr.eu-west-1.amazonaws.com`. */
export function regionOf(host: string): string | undefined {
  return /\.dkr\.ecr\.([a-z0-9-]+)\./.exec(host)?.[1];
}

/** Names in Docker's configuration folder; in files beside Docker's own, which a stand-in never touches. */
class Names {
  private readonly path: string;

  constructor(what: string, environment: NodeJS.ProcessEnv) {
    const directory = environment.DOCKER_CONFIG ?? join(environment.HOME ?? homedir(), ".docker");
    this.path = join(directory, `rehearsal-${what}.json`);
  }

  async add(name: string): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true });
    await writeFile(this.path, JSON.stringify([...new Set([...(await this.all()), name])]));
  }

  async has(name: string): Promise<boolean> {
    return (await this.all()).includes(name);
  }

  private async all(): Promise<readonly string[]> {
    const text = await readFile(this.path, "utf8").catch(() => "[]");
    return JSON.parse(text) as string[];
  }
}

/** The registries that were logged in to. */
export const logins = new Names("logins", process.env);
/** The builders that were made. */
export const builders = new Names("builders", process.env);
