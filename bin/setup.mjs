// What both README commands do first: check Node and the folder, and install exactly what the lockfile says unless it is there already.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const oldestNode = [20, 19];
// No package needs its install script here, and some of them download.
const npmOptions = ["--ignore-scripts", "--no-fund", "--no-audit", "--loglevel=error"];

/** Installs the locked dependencies if they are missing or differ; ends the process with a message where that cannot work. */
export function setUp() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1])) {
    fail(`Node ${oldestNode.join(".")} or newer is needed; this is ${process.version}.`);
  }
  if (root.includes("?")) {
    fail(
      `The path of this folder has a question mark: ${root}\nTypeScript is not loaded from it. Rename the folder, or move it.`,
    );
  }
  if (installedAsLocked()) return;
  process.stderr.write("Installing the locked dependencies (once; about half a minute)…\n");
  // npm's own entry file when npm started us, so that no other npm on PATH is picked up.
  const npm = process.env.npm_execpath;
  const [command, first] = npm ? [process.execPath, [npm]] : ["npm", []];
  const ran = spawnSync(command, [...first, "ci", ...npmOptions], {
    cwd: root,
    stdio: ["ignore", 2, 2],
  });
  if (ran.status !== 0)
    fail(`npm ci failed (${ran.error?.message ?? `exit status ${ran.status}`}); its message is above.`);
}

function installedAsLocked() {
  let locked, installed;
  try {
    locked = readPackages("package-lock.json");
    installed = readPackages("node_modules/.package-lock.json");
  } catch {
    return false;
  }
  // An optional package of another platform is locked and rightly absent.
  const missing = Object.entries(locked).some(([path, entry]) => path && !entry.optional && !installed[path]);
  const differs = Object.entries(installed).some(([path, entry]) => entry.version !== locked[path]?.version);
  return !missing && !differs;
}

function readPackages(file) {
  return JSON.parse(readFileSync(`${root}/${file}`, "utf8")).packages;
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
