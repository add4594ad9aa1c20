import { once } from "node:events";
import type { AddressInfo, Server, Socket } from "node:net";
import { createServer } from "node:net";
import { shellQuote } from "../images/shell-quote";

/** One ref that a push moved, as git tells a post-receive hook. Source: githooks(5). */
export interface RefUpdate {
  readonly ref: string;
  /** Where it was before; undefined for a new ref. */
  readonly before: string | undefined;
  readonly commitId: string;
}

/** The other end of a repository's post-receive hook; a push waits until it has been heard. */
export class PushListener {
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  /** @param hear is called for each push; what it returns is shown to the person who pushes. */
  static async start(hear: (updates: readonly RefUpdate[]) => Promise<string>): Promise<PushListener> {
    const server = createServer({ allowHalfOpen: true });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const listener = new PushListener(server, (server.address() as AddressInfo).port);
    server.on("connection", (socket) => {
      listener.sockets.add(socket);
      socket.on("close", () => listener.sockets.delete(socket));
      // A push that was interrupted is not heard.
      socket.on("error", () => socket.destroy());
      let lines = "";
      socket.setEncoding("utf8").on("data", (chunk: string) => (lines += chunk));
      socket.on("end", () => {
        void hear(parseUpdates(lines))
          .catch((error: Error) => `${error.message}\n`)
          .then((answer) => socket.end(answer));
      });
    });
    return listener;
  }

  /** The hook's script. It needs nothing but this Node, and says so where the rehearsal has ended. */
  get hook(): string {
    const program = [
      `const socket = require("net").connect({ port: ${this.port}, host: "127.0.0.1", allowHalfOpen: true });`,
      `socket.on("error", () => console.log("The rehearsal has ended; nobody heard of this push."));`,
      `process.stdin.pipe(socket).pipe(process.stdout);`,
    ];
    return `#!/bin/sh\nexec ${shellQuote(process.execPath)} -e ${shellQuote(program.join(" "))}\n`;
  }

  async close(): Promise<void> {
    if (!this.server.listening) return;
    const closed = once(this.server, "close");
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }
}

/** Lines of `old new ref`; a deleted ref, and what git does not write, is of no interest: the words become git's own. */
function parseUpdates(lines: string): RefUpdate[] {
  return lines
    .trim()
    .split("\n")
    .map((line) => line.split(" "))
    .map(([before = "", commitId = "", ref = ""]) => ({ ref, before: isCommit(before) ? before : undefined, commitId }))
    .filter(({ commitId }) => isCommit(commitId));
}

/** Git writes zeros where there is none. */
function isCommit(id: string): boolean {
  return /^[0-9a-f]{40,64}$/.test(id) && /[1-9a-f]/.test(id);
}
