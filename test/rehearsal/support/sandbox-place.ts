import { spawn } from "node:child_process";
import { once } from "node:events";
import { chown, mkdir, mkdtemp, readdir, realpath, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { removeTree } from "../../../rehearsal/sandbox/remove-tree";
import { sandboxCommand, type SandboxCommand, type SandboxRequest } from "../../../rehearsal/sandbox/sandbox";

/** An unprivileged user of every Linux. */
const nobody = 65534;

/** Users that a sandbox must work for: the one that runs the tests, and an unprivileged one if that is root. */
export const users = process.getuid?.() === 0 ? [0, nobody] : [process.getuid?.() ?? 0];

/** A folder with an image, a writable layer and, beside them, a folder that nothing may change. */
export class SandboxPlace {
  private constructor(
    readonly directory: string,
    private readonly user: number,
  ) {}

  static async open(user: number): Promise<SandboxPlace> {
    const directory = await realpath(await mkdtemp(join(tmpdir(), "greenlight-sandbox-")));
    const place = new SandboxPlace(directory, user);
    for (const name of ["image/app", "writable", "outside"]) await mkdir(join(directory, name), { recursive: true });
    await writeFile(join(directory, "outside", "kept.txt"), "kept");
    await place.giveToUser();
    return place;
  }

  get outside(): string {
    return join(this.directory, "outside");
  }

  async write(path: string, content: string): Promise<void> {
    await mkdir(dirname(join(this.directory, path)), { recursive: true });
    await writeFile(join(this.directory, path), content);
    await this.giveToUser();
  }

  request(command: readonly string[], change: Partial<SandboxRequest> = {}): SandboxRequest {
    return {
      imageDirectory: join(this.directory, "image"),
      writableDirectory: join(this.directory, "writable"),
      command,
      workingDirectory: "/app",
      environment: {},
      network: "machine",
      ...change,
    };
  }

  /** Starts it as the user; its output is stdout and stderr together. */
  start(request: SandboxRequest) {
    return this.spawn(sandboxCommand(request));
  }

  spawn({ command: [program, ...words], environment }: SandboxCommand) {
    const env = { ...environment, GREENLIGHT_UID: String(this.user) };
    const switching = ["setpriv", "--reuid", `${this.user}`, "--regid", `${this.user}`, "--clear-groups"];
    const [first = "", ...rest] =
      this.user === process.getuid?.() ? [program, ...words] : [...switching, program, ...words];
    const child = spawn(first, rest, { env, cwd: "/", detached: true, stdio: ["pipe", "pipe", "pipe"] });
    const output = Promise.all([text(child.stdout), text(child.stderr)]).then((texts) => texts.join(""));
    return { child, output, exited: once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]> };
  }

  /** Runs a line in the sandbox's shell. */
  async shell(line: string, change: Partial<SandboxRequest> = {}): Promise<{ status: number | null; output: string }> {
    const { exited, output } = this.start(this.request(["/bin/sh", "-c", line], change));
    const [status] = await exited;
    return { status, output: await output };
  }

  /** Every file that the sandbox wrote, below the layer that it belongs to. */
  async written(layer = "root"): Promise<string[]> {
    const found = await readdir(join(this.directory, "writable", "upper", layer), { recursive: true });
    return found.sort();
  }

  async close(): Promise<void> {
    await removeTree(this.directory);
  }

  private async giveToUser(): Promise<void> {
    if (this.user === process.getuid?.()) return;
    const inside = await readdir(this.directory, { recursive: true });
    for (const path of ["", ...inside]) await chown(join(this.directory, path), this.user, this.user);
  }
}
