/* global Buffer, URL, clearInterval, process, setInterval, setTimeout */
// The app that faults are injected into: it needs no package, so it is built in no time, and it answers every class of
// the meter's requests. A faulty version of it has a fault.cjs, which may end the process, or answer in its place.
const { createHash } = require("node:crypto");
const { existsSync, readFileSync } = require("node:fs");
const { createServer } = require("node:http");

const version = readFileSync("version.txt", "utf8").trim();
const fault = existsSync("fault.cjs") ? require("./fault.cjs") : {};
const port = process.env.PORT;

const server = createServer((request, response) => {
  const url = new URL(request.url, "http://app");
  const number = (name, fallback) => Number(url.searchParams.get(name) ?? fallback);
  response.setHeader("x-port", port);
  if (fault.answer?.(request, response)) return;
  if (url.pathname === "/slow") return setTimeout(() => response.end(version), number("ms", 1000));
  if (url.pathname === "/stream") return stream(response, number("chunks", 10), number("ms", 100));
  if (url.pathname === "/download") return response.end(Buffer.alloc(number("bytes", 1024 * 1024), "download "));
  if (request.method === "POST") return receive(request, response);
  response.end(version);
});

function stream(response, chunks, ms) {
  let sent = 0;
  const timer = setInterval(() => {
    response.write(`${version}\n`);
    if (++sent < chunks) return;
    clearInterval(timer);
    response.end();
  }, ms);
  response.on("close", () => clearInterval(timer));
}

function receive(request, response) {
  let bytes = 0;
  request.on("data", (chunk) => (bytes += chunk.length));
  request.on("end", () => {
    response.statusCode = bytes === Number(request.headers["content-length"] ?? bytes) ? 200 : 400;
    response.end(String(bytes));
  });
}

// As much of RFC 6455 as a visit takes: the handshake, a ping's answer, the close.
server.on("upgrade", (request, socket) => {
  const magic = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  const accept = createHash("sha1").update(`${request.headers["sec-websocket-key"]}${magic}`).digest("base64");
  const lines = ["HTTP/1.1 101 Switching Protocols", "upgrade: websocket", "connection: Upgrade"];
  socket.write([...lines, `sec-websocket-accept: ${accept}`, `x-port: ${port}`, "", ""].join("\r\n"));
  socket.on("error", () => socket.destroy());
  socket.on("data", (frame) => {
    const kind = frame[0] & 0x0f;
    if (kind === 9) socket.write(Buffer.from([0x8a, 0]));
    if (kind === 8) socket.end(Buffer.from([0x88, 0]));
  });
});

server.keepAliveTimeout = 65_000;
setTimeout(() => fault.listens === false || server.listen(port), fault.startMs ?? 0);
process.once("SIGTERM", () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
