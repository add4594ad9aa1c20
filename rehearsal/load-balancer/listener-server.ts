import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import {
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from "node:http2";
import type { ServerCertificate } from "./certificates";

/** What a listener speaks with its clients. */
export type Transport =
  | { readonly protocol: "HTTP" }
  | {
      readonly protocol: "HTTPS";
      readonly certificate: ServerCertificate;
      /** TLS versions. @default TLS 1.2 and later */
      readonly sslPolicy?: string | undefined;
    };

/** A client's request, over HTTP/1.1 or HTTP/2. */
export type Request = IncomingMessage | Http2ServerRequest;
export type Response = ServerResponse | Http2ServerResponse;

/**
 * The server of a listener. A client of an HTTPS listener may choose HTTP/2; WebSockets, plain HTTP and targets are
 * HTTP/1.1. Source: ALB user guide, load-balancer-listeners, "HTTP/2": up to 128 requests in parallel on a connection.
 */
export function listenerServer(
  transport: Transport,
  serve: (request: Request, response: Response) => void,
): Server | Http2SecureServer {
  if (transport.protocol === "HTTP") return createServer(serve);
  const { certificate, sslPolicy = "" } = transport;
  return createSecureServer(
    {
      cert: certificate.certificate,
      key: certificate.privateKey,
      minVersion: leastTlsVersion(sslPolicy),
      allowHTTP1: true,
      settings: { maxConcurrentStreams: 128 },
    },
    serve,
  );
}

/** Of a policy's name. Source: ALB user guide, describe-ssl-policies. */
function leastTlsVersion(sslPolicy: string): "TLSv1.2" | "TLSv1.3" {
  return sslPolicy.startsWith("ELBSecurityPolicy-TLS13-1-3-") ? "TLSv1.3" : "TLSv1.2";
}
