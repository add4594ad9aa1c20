import { execFile } from "node:child_process";
import { closeSync, openSync, readdirSync, readFileSync, readlinkSync, readSync } from "node:fs";
import { promisify } from "node:util";

/** A TCP socket that accepts connections. */
export interface ListeningSocket {
  /** `0.0.0.0`, `127.0.0.1`, `::`, `::1`, … */
  readonly address: string;
  readonly port: number;
}

/**
 * What a process and its descendants listen on, in whichever network namespace they are. Undefined where the system does
 * not say.
 */
export async function listeningSockets(pid: number): Promise<readonly ListeningSocket[] | undefined> {
  try {
    return process.platform === "linux" ? socketsOnLinux(pid) : await socketsByLsof(pid);
  } catch {
    return undefined;
  }
}

/** Whether only the machine itself reaches this address. */
export function isLoopback(address: string): boolean {
  return /^(127\.|::1$|::ffff:127\.)/.test(address);
}

export function isWildcard(address: string): boolean {
  return address === "0.0.0.0" || address === "::";
}

/** Sockets in the state LISTEN in the tables of a network namespace (`/proc/PID/net`), by inode. */
export function readTables(directory: string): ReadonlyMap<string, ListeningSocket> {
  const rows = ["tcp", "tcp6"].flatMap((table) => attempt(() => readListening(`${directory}/${table}`)) ?? []);
  return new Map(rows.map(parseRow));
}

/**
 * The rows of a table up to the first connection. The kernel prints the listening sockets first (tcp_seq_start in
 * net/ipv4/tcp_ipv4.c), and a machine under load has tens of thousands of connections.
 */
function readListening(path: string): string[] {
  const file = openSync(path, "r");
  try {
    const chunk = Buffer.alloc(16 * 1024);
    let text = "";
    for (;;) {
      const bytes = readSync(file, chunk);
      text += chunk.toString("latin1", 0, bytes);
      const rows = text.split("\n").slice(1, -1);
      const connection = rows.findIndex((row) => stateOf(row) !== LISTEN);
      if (connection >= 0) return rows.slice(0, connection);
      if (bytes === 0) return rows;
    }
  } finally {
    closeSync(file);
  }
}

/** Source: proc(5), /proc/net/tcp. */
const LISTEN = "0A";

function stateOf(row: string): string | undefined {
  return row.trim().split(/\s+/)[3];
}

function parseRow(row: string): [string, ListeningSocket] {
  const [, local = "", , , , , , , , inode = ""] = row.trim().split(/\s+/);
  const [address = "", port = ""] = local.split(":");
  return [inode, { address: addressOf(address), port: parseInt(port, 16) }];
}

/** The kernel prints each 32-bit word in the machine's own byte order. */
function addressOf(hex: string): string {
  const bytes = hex.match(/.{8}/g)!.flatMap((word) => [...Buffer.from(word, "hex").reverse()]);
  if (bytes.length === 4) return bytes.join(".");
  if (bytes.every((byte) => byte === 0)) return "::";
  if (bytes.slice(0, 15).every((byte) => byte === 0) && bytes[15] === 1) return "::1";
  if (bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255) return `::ffff:${bytes.slice(12).join(".")}`;
  return Buffer.from(bytes)
    .toString("hex")
    .replace(/(.{4})(?=.)/g, "$1:");
}

function socketsOnLinux(pid: number): ListeningSocket[] {
  const tables = new Map<string, ReadonlyMap<string, ListeningSocket>>();
  const found = new Map<string, ListeningSocket>();
  for (const member of processTree(pid)) {
    const namespace = attempt(() => readlinkSync(`/proc/${member}/ns/net`)) ?? "";
    const table = tables.get(namespace) ?? readTables(`/proc/${member}/net`);
    tables.set(namespace, table);
    for (const inode of socketInodes(member)) {
      const socket = table.get(inode);
      if (socket) found.set(`${socket.address} ${socket.port}`, socket);
    }
  }
  return [...found.values()];
}

function socketInodes(pid: number): string[] {
  const directory = `/proc/${pid}/fd`;
  const links = (attempt(() => readdirSync(directory)) ?? []).map((fd) =>
    attempt(() => readlinkSync(`${directory}/${fd}`)),
  );
  return links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link ?? "")?.[1] ?? []);
}

/** A process, its group and all its descendants. */
export function processTree(root: number): ReadonlySet<number> {
  const all = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const stats = all.flatMap((name) => attempt(() => parseStat(Number(name), read(`/proc/${name}/stat`))) ?? []);
  const tree = new Set(stats.filter(({ pid, group }) => pid === root || group === root).map(({ pid }) => pid));
  for (let before = -1; before !== tree.size;) {
    before = tree.size;
    for (const { pid, parent } of stats) if (tree.has(parent)) tree.add(pid);
  }
  return tree;
}

/** A process's name may hold anything, but nothing after it holds a parenthesis. */
function parseStat(pid: number, text: string) {
  const [, parent, group] = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return { pid, parent: Number(parent), group: Number(group) };
}

/** `-g` takes process groups: here, unlike on Linux, descendants that left the group are not seen. */
async function socketsByLsof(pid: number): Promise<ListeningSocket[]> {
  const words = ["-nP", "-a", "-g", String(pid), "-iTCP", "-sTCP:LISTEN", "-Fn"];
  const { stdout } = await promisify(execFile)("lsof", words, { timeout: 5_000 }).catch((error: Error) => {
    // It also exits with 1 when it finds nothing.
    if ((error as { code?: unknown }).code === 1) return { stdout: "" };
    throw error;
  });
  return stdout.split("\n").flatMap((line) => {
    const [, address, port] = /^n\[?(.*?)\]?:(\d+)$/.exec(line) ?? [];
    return address === undefined ? [] : [{ address: address === "*" ? "0.0.0.0" : address, port: Number(port) }];
  });
}

function read(path: string): string {
  return readFileSync(path, "latin1");
}

/** A process may end while it is looked at. */
function attempt<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
