import { randomBytes, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo, Server, Socket } from "node:net";
import { createServer } from "node:net";

/** One ref that a push moved, as git tells a post-receive hook. Source: githooks(5). */
export interface RefUpdate {
  readonly ref: string;
  /** Where it was before; undefined for a new ref. */
  readonly before: string | undefined;
  readonly commitId: string;
}

/** The most that a hook may send: some 100,000 refs in one push. Our own limit. */
const mostBytes = 16 * 1024 * 1024;
/** How long a connection may take for its first line, in milliseconds. */
const firstLineMs = 10_000;
/** How long what a refused caller still sends is dropped, in milliseconds. */
const dropMs = 1_000;

/** For whoever is not the hook; a web page or a curious person speaks HTTP. */
const advice = "This port belongs to the git hook of a rehearsal. Push to its repository instead.\n";
const refusal = [
  "HTTP/1.1 403 Forbidden",
  "Connection: close",
  "Content-Type: text/plain",
  `Content-Length: ${Buffer.byteLength(advice)}`,
  "",
  advice,
].join("\r\n");

/** The other end of a repository's post-receive hook; a push waits until it has been heard. */
export class PushListener {
  private readonly sockets = new Set<Socket>();
  /** Every local user and every web page can reach the port: only the hook knows its first line. */
  private readonly firstLine = Buffer.from(`${randomBytes(32).toString("hex")}\n`);

  private constructor(
    private readonly server: Server,
    private readonly hear: (updates: readonly RefUpdate[]) => Promise<string>,
  ) {
    server.on("connection", (socket) => this.receive(socket));
  }

  /** @param hear is called for each push; what it returns is shown to the person who pushes. */
  static async start(hear: (updates: readonly RefUpdate[]) => Promise<string>): Promise<PushListener> {
    const server = createServer({ allowHalfOpen: true });
    const listener = new PushListener(server, hear);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return listener;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** The hook's program for Node. It knows the token: no other user may read it. */
  get hookProgram(): string {
    return [
      `const socket = require("net").connect({ port: ${this.port}, host: "127.0.0.1", allowHalfOpen: true });`,
      `socket.on("error", () => console.log("The rehearsal has ended; nobody heard of this push."));`,
      `socket.write(${JSON.stringify(this.firstLine.toString())});`,
      `process.stdin.pipe(socket).pipe(process.stdout);`,
      "",
    ].join("\n");
  }

  async close(): Promise<void> {
    if (!this.server.listening) return;
    const closed = once(this.server, "close");
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private receive(socket: Socket): void {
    this.sockets.add(socket);
    socket.on("close", () => this.sockets.delete(socket));
    // A push that was interrupted is not heard.
    socket.on("error", () => socket.destroy());
    socket.setTimeout(firstLineMs, () => socket.destroy());
    const chunks: Buffer[] = [];
    let bytes = 0;
    let isHook: boolean | undefined;
    socket.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      isHook ??= this.startsAsHook(Buffer.concat(chunks));
      if (isHook) socket.setTimeout(0);
      if (isHook === false || bytes > mostBytes) refuse(socket);
    });
    socket.on("end", () => {
      if (!isHook) return refuse(socket);
      const lines = Buffer.concat(chunks).subarray(this.firstLine.length).toString("utf8");
      void this.hear(parseUpdates(lines))
        .catch((error: Error) => `${error.message}\n`)
        .then((answer) => socket.end(answer));
    });
  }

  /** Undefined as long as the first line is not over. */
  private startsAsHook(received: Buffer): boolean | undefined {
    const { length } = this.firstLine;
    const start = received.subarray(0, length);
    if (start.length < length) return start.includes("\n") ? false : undefined;
    return timingSafeEqual(start, this.firstLine);
  }
}

/** Answers at once. What still comes is read and dropped: with unread data the answer would be lost. */
function refuse(socket: Socket): void {
  socket.removeAllListeners("data").removeAllListeners("end");
  socket.resume().end(refusal);
  setTimeout(() => socket.destroy(), dropMs).unref();
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
