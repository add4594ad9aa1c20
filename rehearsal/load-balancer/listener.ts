import { once } from "node:events";
import { type IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { http, textMistake } from "../../aws-rules";
import type { Clock } from "../clock";
import {
  type Action,
  chooseTargetGroup,
  errorResponse,
  fixedResponse,
  type FixedResponse,
  groupStickinessSeconds,
  redirect,
  routingAction,
  targetGroupWeights,
} from "./actions";
import { listenerServer, type Request, type Response, type Transport } from "./listener-server";
import { type Forwarding, forwardRequest, forwardUpgrade } from "./proxy";
import { actionsFor, type ListenerRule } from "./rules";
import { pin, pinnedTo } from "./stickiness";
import type { Target } from "./target";
import type { TargetGroup } from "./target-group";
import { newTraceId, withSelf } from "./trace-id";

export type ListenerProps = Transport & {
  readonly arn: string;
  /** The port that the listener has on AWS. */
  readonly port: number;
  /** The port to listen on here; 0 takes a free one. */
  readonly localPort: number;
  readonly defaultActions: readonly Action[];
  /** @default none */
  readonly rules?: readonly ListenerRule[];
};

/** A request at the moment it was routed. */
export interface AccessLogEntry {
  readonly listenerArn: string;
  /** The client's own X-Amzn-Trace-Id, or the one that the load balancer made. */
  readonly traceId: string;
  /** None if an action other than forward answered, or all weights are 0. */
  readonly targetGroupArn: string | undefined;
  /** None if the group has no target, which is answered with 503. */
  readonly target: Target | undefined;
}

/** An answer to a request that was forwarded to a target group, as it began. */
export interface Answer {
  readonly listenerArn: string;
  readonly targetGroupArn: string;
  readonly status: number;
  /** From the request's leaving the load balancer until the target's answer began; none if the load balancer answered. */
  readonly responseSeconds?: number;
}

/** What a listener needs from its load balancer. */
export interface ListenerContext {
  readonly clock: Clock;
  readonly idleTimeoutSeconds: number;
  readonly dropInvalidHeaderFields: boolean;
  readonly random: () => number;
  readonly targetGroup: (arn: string) => TargetGroup;
  /** Where a port of AWS's is on this machine. */
  readonly localPort: (port: number) => number;
  readonly onRequest: (entry: AccessLogEntry) => void;
  readonly onAnswer: (answer: Answer) => void;
  /** A header field of this name did not go on to a target. */
  readonly onDropped: (name: string) => void;
}

/** Where a request goes: to a target, or back with the load balancer's own answer. */
type Route =
  | { readonly group: TargetGroup; readonly target: Target; readonly traceId: string; readonly cookies: string[] }
  | { readonly group?: TargetGroup; readonly target?: undefined; readonly answer: FixedResponse };

/** Connections that may wait to be accepted: as many as Linux allows unasked, since a load balancer of AWS refuses none. */
const backlog = 4096;

/** One port of a load balancer. Its actions and rules may be replaced at any time; each request meets one state of them. */
export class Listener {
  defaultActions: readonly Action[];
  rules: readonly ListenerRule[];
  /** The port that it listens on here. */
  localPort: number;

  private readonly sockets = new Set<Socket>();
  private readonly server;

  constructor(
    readonly props: ListenerProps,
    private readonly context: ListenerContext,
  ) {
    this.localPort = props.localPort;
    this.server = listenerServer(props, (request, response) => this.serve(request, response));
    this.defaultActions = props.defaultActions;
    this.rules = props.rules ?? [];
    // Clients live in real time: their unused connections are kept as long as AWS keeps them.
    Object.assign(this.server, { keepAliveTimeout: context.idleTimeoutSeconds * 1000, requestTimeout: 0 });
    this.server.on("upgrade", (request: IncomingMessage, socket: Socket, head: Buffer) =>
      this.upgrade(request, socket, head),
    );
    this.server.on("connection", (socket: Socket) => {
      this.sockets.add(socket);
      socket.once("close", () => this.sockets.delete(socket));
    });
  }

  get arn(): string {
    return this.props.arn;
  }

  /** @throws if the port is taken, or not allowed. */
  async listen(): Promise<void> {
    const { port, localPort } = this.props;
    try {
      await once(this.server.listen({ port: localPort, host: "127.0.0.1", backlog }), "listening");
      this.localPort = (this.server.address() as AddressInfo).port;
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      const why = code === "EADDRINUSE" ? "it is already in use" : message;
      const wayOut = `Stop what uses it, or shift all ports with --port-offset (1000 makes it ${localPort + 1000}).`;
      throw new Error(`Cannot listen on port ${localPort} of this machine for listener ${port}: ${why}. ${wayOut}`, {
        cause: error,
      });
    }
  }

  private get scheme(): "http" | "https" {
    return this.props.protocol === "HTTPS" ? "https" : "http";
  }

  /** Accepts nothing more and ends all connections. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private serve(request: Request, response: Response): void {
    // What HTTP/2 calls :authority, targets and rules know as Host.
    const authority = request.headers[":authority"];
    if (typeof authority === "string") request.headers.host = authority;
    this.dropInvalidHeaders(request);
    const route = this.route(request);
    if (!route.target) return respond(response, route.answer);
    forwardRequest(
      request,
      response,
      this.forwarding(request, route, () => response),
    );
  }

  private upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    socket.on("error", () => socket.destroy());
    const response = () => responseOn(request, socket);
    // Node leaves a body behind an upgrade unread, and a target would wait for it.
    if (hasBody(request)) return respond(response(), bodyBehindUpgrade);
    // A server may ignore an upgrade that it does not know, as HTTP/2's (RFC 9110, 7.8).
    if (request.headers.upgrade?.toLowerCase() !== "websocket") return this.serve(request, response());
    this.dropInvalidHeaders(request);
    const route = this.route(request);
    if (!route.target) return respond(response(), route.answer);
    forwardUpgrade(request, socket, head, this.forwarding(request, route, response));
  }

  private dropInvalidHeaders({ headers }: Request): void {
    if (!this.context.dropInvalidHeaderFields) return;
    for (const name of Object.keys(headers)) {
      // HTTP/2's own begin with a colon.
      if (name.startsWith(":") || textMistake(http.validHeaderName, name) === undefined) continue;
      delete headers[name];
      this.context.onDropped(name);
    }
  }

  private route(request: Request): Route {
    const { targetGroup, onRequest, onAnswer } = this.context;
    const action = routingAction(actionsFor(request, this.rules, this.defaultActions));
    const { cookie } = request.headers;
    const { awsMs } = this.context.clock;
    const arn = this.chooseGroup(action, pinnedTo("AWSALBTG", cookie, awsMs));
    const group = arn === undefined ? undefined : targetGroup(arn);
    const target = group?.next(group.stickinessSeconds ? pinnedTo("AWSALB", cookie, awsMs) : undefined);
    const traceId = [request.headers["x-amzn-trace-id"] ?? newTraceId()].flat().join();
    if (group) group.metrics.requestCount++;
    onRequest({ listenerArn: this.arn, traceId, targetGroupArn: arn, target });
    if (group && target) return { group, target, traceId, cookies: this.cookies(action, group, target) };
    if (action.type === "fixed-response") return { answer: fixedResponse(action) };
    if (action.type === "redirect") {
      const { host = "" } = request.headers;
      const from = { protocol: this.scheme, host, port: this.localPort, url: request.url ?? "/" };
      return { answer: redirect(action, from, this.context.localPort) };
    }
    if (group) {
      group.metrics.httpCodeElb5xxCount++;
      onAnswer({ listenerArn: this.arn, targetGroupArn: group.arn, status: 503 });
    }
    return { group, answer: errorResponse(503) };
  }

  /** The group that the client is pinned to, whatever its weight, or else one by weight. */
  private chooseGroup(action: Action, pinned: string | undefined): string | undefined {
    const weights = targetGroupWeights(action);
    const sticky = groupStickinessSeconds(action) !== undefined && weights.some(({ arn }) => arn === pinned);
    return sticky ? pinned : chooseTargetGroup(weights, this.context.random());
  }

  /** Those that bring the client back to this group and target. */
  private cookies(action: Action, group: TargetGroup, target: Target): string[] {
    const until = (seconds: number) => this.context.clock.awsMs + seconds * 1000;
    const secure = this.scheme === "https";
    const groupSeconds = groupStickinessSeconds(action);
    return [
      ...(group.stickinessSeconds ? pin("AWSALB", target.id, until(group.stickinessSeconds), secure) : []),
      ...(groupSeconds ? pin("AWSALBTG", group.arn, until(groupSeconds), secure) : []),
    ];
  }

  private forwarding(
    request: Request,
    { group, target, traceId, cookies }: Extract<Route, { target: Target }>,
    response: () => Response,
  ): Forwarding {
    const { clock, idleTimeoutSeconds, onAnswer } = this.context;
    const sentMs = performance.now();
    return {
      target,
      headers: this.forwardedHeaders(request, traceId),
      cookies,
      responseTimeoutMs: clock.boundMs(idleTimeoutSeconds * 1000),
      idleTimeoutMs: idleTimeoutSeconds * 1000,
      onResponse: (status) => {
        if (status >= 500) group.metrics.httpCodeTarget5xxCount++;
        const responseSeconds = (performance.now() - sentMs) / 1000;
        onAnswer({ listenerArn: this.arn, targetGroupArn: group.arn, status, responseSeconds });
      },
      onFailure: (status) => {
        group.metrics.httpCodeElb5xxCount++;
        onAnswer({ listenerArn: this.arn, targetGroupArn: group.arn, status });
        respond(response(), errorResponse(status));
      },
    };
  }

  /** Source: ALB user guide, x-forwarded-headers and load-balancer-request-tracing. */
  private forwardedHeaders({ headers, socket }: Request, traceId: string): Record<string, string> {
    const before = headers["x-forwarded-for"];
    const client = socket.remoteAddress ?? "";
    return {
      "x-forwarded-for": before === undefined ? client : `${[before].flat().join(", ")}, ${client}`,
      "x-forwarded-proto": this.scheme,
      "x-forwarded-port": String(this.localPort),
      "x-amzn-trace-id": headers["x-amzn-trace-id"] === undefined ? traceId : withSelf(traceId),
    };
  }
}

const bodyBehindUpgrade: FixedResponse = {
  status: 501,
  headers: { "content-type": "text/plain" },
  body: "The rehearsal takes no body with an upgrade.\n",
};

function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

/** An answer to a request that Node has handed over as an upgrade, socket and all. */
function responseOn(request: IncomingMessage, socket: Socket): ServerResponse {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  // What is still unread of the client would keep the connection open.
  response.once("finish", () => socket.end().resume());
  return response;
}

function respond(response: Response, { status, headers, body }: FixedResponse): void {
  response.writeHead(status, { server: "awselb/2.0", ...headers, "content-length": Buffer.byteLength(body) });
  response.end(body);
}
