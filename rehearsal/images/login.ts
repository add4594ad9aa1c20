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

/** The registries that were logged in to; beside Docker's own file, which a stand-in never touches. */
export class Logins {
  private readonly path: string;

  constructor(environment: NodeJS.ProcessEnv) {
    const directory = environment.DOCKER_CONFIG ?? join(environment.HOME ?? homedir(), ".docker");
    this.path = join(directory, "rehearsal-logins.json");
  }

  async add(host: string): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true });
    await writeFile(this.path, JSON.stringify([...new Set([...(await this.hosts()), host])]));
  }

  async has(host: string): Promise<boolean> {
    return (await this.hosts()).includes(host);
  }

  private async hosts(): Promise<readonly string[]> {
    const text = await readFile(this.path, "utf8").catch(() => "[]");
    return JSON.parse(text) as string[];
  }
}
