// What an app calls from a network of its own. Names get addresses of 198.18.0.0/15 (RFC 2544, for tests of networks).
// Plain JavaScript: Node starts it without a loader.
import { Buffer } from "node:buffer";
import { execFile } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createConnection, createServer, isIPv4 } from "node:net";
import { setInterval } from "node:timers";
import { promisify } from "node:util";

const nameServer = "198.18.0.1";
const lookEveryMs = 100;
/** How long a refused address stays on the interface, so that the kernel refuses the call when it is sent again. */
const refusedMs = 2_500;
const synSent = "02";
const typeA = 1;

/** Serves the allowed calls through a Unix socket of this machine, and reports the others, which are refused. */
export async function serveOutgoing({ allowed, egressPath, ownPort, onRefused }) {
  const names = new Map([["localhost", "127.0.0.1"]]);
  const addressOf = (name) => {
    if (!names.has(name)) names.set(name, `198.18.${1 + (names.size >> 8)}.${names.size & 255}`);
    return names.get(name);
  };
  await ip("route", "add", "default", "dev", "lo");
  await addAddress(nameServer);
  await answerNames(addressOf);
  for (const { host, port } of allowed) {
    const address = isIPv4(host) ? host : addressOf(host);
    if (!address.startsWith("127.")) await addAddress(address);
    await forward({ address, port, egressPath, to: `${host} ${port}\n` });
  }
  const hostOf = (address) => [...names].find(([, own]) => own === address)?.[0] ?? address;
  const refusing = new Set();
  const refuse = (address) => {
    refusing.add(address);
    addAddress(address).catch(() => undefined);
    setTimeout(() => {
      ip("address", "del", `${address}/32`, "dev", "lo")
        .catch(() => undefined)
        .finally(() => refusing.delete(address));
    }, refusedMs);
  };
  setInterval(() => {
    for (const { address, port } of unanswered()) {
      onRefused(hostOf(address), port);
      // There the app itself would answer.
      if (port !== ownPort && !refusing.has(address)) refuse(address);
    }
  }, lookEveryMs);
}

async function answerNames(addressOf) {
  const socket = createSocket("udp4");
  socket.on("message", (query, { port, address }) => {
    const answer = answerTo(query, addressOf);
    if (answer) socket.send(answer, port, address);
  });
  socket.bind(53, nameServer);
  await once(socket, "listening");
}

/** Source: RFC 1035, section 4. A question for anything but an IPv4 address has no answer. */
export function answerTo(query, addressOf) {
  const labels = [];
  let end = 12;
  while (query[end]) {
    labels.push(query.toString("latin1", end + 1, end + 1 + query[end]));
    end += 1 + query[end];
  }
  if (query.length < end + 5) return undefined;
  const question = query.subarray(12, end + 5);
  const isA = query.readUInt16BE(end + 1) === typeA;
  const head = Buffer.from([query[0], query[1], 0x81, 0x80, 0, 1, 0, isA ? 1 : 0, 0, 0, 0, 0]);
  if (!isA) return Buffer.concat([head, question]);
  const address = addressOf(labels.join(".").toLowerCase()).split(".").map(Number);
  const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, ...address]);
  return Buffer.concat([head, question, record]);
}

async function forward({ address, port, egressPath, to }) {
  const server = createServer({ allowHalfOpen: true }, (inside) => {
    const outside = createConnection({ path: egressPath, allowHalfOpen: true });
    outside.on("error", () => inside.destroy());
    inside.on("error", () => outside.destroy());
    inside.on("close", () => outside.destroy());
    outside.on("close", () => inside.destroySoon());
    outside.write(to);
    inside.pipe(outside);
    outside.pipe(inside);
  });
  server.listen(port, address);
  await once(server, "listening");
}

/** Connections whose first packet nothing has answered. Source: proc(5), /proc/net/tcp. */
function unanswered() {
  const rows = readFileSync("/proc/self/net/tcp", "latin1").split("\n").slice(1);
  return rows.flatMap((row) => {
    const [, , remote = "", state] = row.trim().split(/\s+/);
    const [address, port] = remote.split(":");
    if (state !== synSent) return [];
    return [{ address: [...Buffer.from(address, "hex").reverse()].join("."), port: parseInt(port, 16) }];
  });
}

async function addAddress(address) {
  await ip("address", "add", `${address}/32`, "dev", "lo").catch((error) => {
    if (!/File exists|already assigned/.test(String(error.stderr))) throw error;
  });
}

async function ip(...words) {
  await promisify(execFile)("ip", words);
}
