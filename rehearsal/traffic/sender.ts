import { setMaxListeners } from "node:events";
import { Client } from "undici";
import type { ClientConnection } from "../load-balancer/clients";
import { Connections } from "./connections";
import { type HttpRequest, sendHttp } from "./http-request";
import type { TrafficClass } from "./mix";
import type { Outcome } from "./outcome";
import { visitWebSocket } from "./web-socket";

/** Sends requests as their class says: each kind of connection that clients have, to one origin. */
export class Sender {
  private readonly fresh: Connections;
  private readonly kept: Connections;
  private readonly pipelined: Client;
  private readonly http2: Client;
  private readonly bodies = new Map<number, Buffer>();
  private readonly leaving = new AbortController();

  /** @param url its origin counts */
  constructor(
    private readonly url: string,
    private readonly client: ClientConnection | undefined,
  ) {
    // Every open WebSocket listens to it.
    setMaxListeners(0, this.leaving.signal);
    // A request's own time is the one bound: undici's, on connecting, is off.
    const connect = { ...client, timeout: 0 };
    const { origin } = new URL(url);
    // None waits for another's answer.
    this.fresh = new Connections(origin, { connect, pipelining: 1 });
    this.kept = new Connections(origin, { connect, pipelining: 1 });
    // One connection: a request waits for those before it on the way back only.
    this.pipelined = new Client(origin, { connect, pipelining: 8 });
    // One connection as well, and nobody waits: a load balancer takes 128 streams on it.
    this.http2 = new Client(origin, { connect, pipelining: 100, allowH2: true });
  }

  /**
   * Never rejects: every end is an outcome.
   *
   * @param starvedMs how long the machine has had no time for anyone since
   */
  send(one: TrafficClass, traceId: string, timeoutMs: number, starvedMs?: () => number): Promise<Outcome> {
    const { name, path, openMs = 1_000 } = one;
    const headers = { "user-agent": "greenlight-traffic", "x-amzn-trace-id": traceId };
    if (name === "webSocket") {
      const url = new URL(path, this.url.replace(/^http/, "ws")).href;
      const visit = { url, headers, openMs, timeoutMs, signal: this.leaving.signal };
      return visitWebSocket({ ...visit, ...(this.client ? { client: this.client } : {}) });
    }
    const ownConnection = name === "fresh" || name === "hangUp";
    const request = { path, headers, ownConnection, timeoutMs, ...(starvedMs ? { starvedMs } : {}) };
    if (name === "pipelined") return sendHttp(this.pipelined, request);
    if (name === "http2") return sendHttp(this.http2, request);
    const connections = ownConnection ? this.fresh : this.kept;
    return connections.use((client) => sendHttp(client, { ...request, ...this.own(one) }));
  }

  /** Ends what stays open for as long as it likes. */
  leave(): void {
    this.leaving.abort();
  }

  /** Closes every connection. */
  async destroy(): Promise<void> {
    await Promise.all([this.fresh, this.kept, this.pipelined, this.http2].map((pool) => pool.destroy()));
  }

  /** What requests of some classes have besides. */
  private own({ name, openMs = 1_000, bodyBytes = 1024 * 1024 }: TrafficClass): Partial<HttpRequest> {
    if (name === "hangUp") return { hangUpMs: openMs };
    return name === "upload" ? { body: this.body(bodyBytes) } : {};
  }

  /** Made once for each length. */
  private body(bytes: number): Buffer {
    const body = this.bodies.get(bytes) ?? Buffer.alloc(bytes, "upload ");
    this.bodies.set(bytes, body);
    return body;
  }
}
