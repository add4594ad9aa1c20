// Cleans up after a rehearsal that was killed. It reads lines from its stdin, whose other end the rehearsal holds:
//   dir <path>   a directory to remove
//   +<pgid>      a process group that runs
//   -<pgid>      one that has ended
//   docker <json>  containers and images to remove from a Docker engine; see DockerLeftovers in workspace.ts
// When stdin ends, the rehearsal is gone: what is still listed is killed and removed, and so is every process that has the
// workspace's mark. It prints what it could not remove, one a line. Plain JavaScript, so that it starts at once and needs
// nothing but Node.
import { spawnSync } from "node:child_process";
import { basename } from "node:path";
import { createInterface } from "node:readline";
import { endProcesses } from "./cleanup/end-processes.mjs";
import { removeFolder } from "./cleanup/remove-folder.mjs";

const groups = new Set();
let directory;
let leftovers;

// Whoever would read what is left may be gone.
process.stdout.on("error", () => {});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => {});

const input = createInterface({ input: process.stdin });
input.on("line", (line) => {
  const pgid = Number(line.slice(1));
  if (line.startsWith("dir ")) directory = line.slice("dir ".length);
  else if (line.startsWith("docker ")) leftovers = JSON.parse(line.slice("docker ".length));
  else if (line.startsWith("+")) groups.add(pgid);
  else if (line.startsWith("-")) groups.delete(pgid);
});
input.on("close", async () => {
  for (const pgid of groups) kill(pgid);
  const left = leftovers === undefined ? [] : removeFromDocker(leftovers);
  // Never anything but what a workspace made.
  if (directory !== undefined && basename(directory).startsWith("greenlight-"))
    left.push(...(await removeWorkspace(directory)));
  process.stdout.write(left.map((line) => `${line}\n`).join(""), () => process.exit(left.length === 0 ? 0 : 1));
});

async function removeWorkspace(path) {
  // Its name is the mark: see workspace.ts.
  const left = (await endProcesses({ GREENLIGHT_WORKSPACE: basename(path) })).map((line) => `process ${line}`);
  try {
    await removeFolder(path);
  } catch (error) {
    left.push(`folder ${path}: ${error.message}`);
  }
  return left;
}

function kill(pgid) {
  // 0 and 1 would mean our own group and every process there is.
  if (!Number.isInteger(pgid) || pgid <= 1) return;
  try {
    process.kill(-pgid, "SIGKILL");
  } catch {
    // It is gone already.
  }
}

function removeFromDocker({ host, label, registry }) {
  const docker = (...words) => {
    const env = { PATH: process.env.PATH, DOCKER_HOST: host };
    const { stdout } = spawnSync("docker", words, { env, encoding: "utf8", timeout: 60_000 });
    return (stdout ?? "").split("\n").filter(Boolean);
  };
  const containers = () => docker("ps", "--all", "--quiet", "--filter", `label=${label}`);
  // A container that was just asked for may come after the first look.
  for (let look = 0; look < 2; look++) {
    const found = containers();
    if (found.length > 0) docker("rm", "--force", "--volumes", ...found);
  }
  const images = () => (registry === undefined ? [] : imagesOf(registry, docker));
  const names = images();
  if (names.length > 0) docker("rmi", ...names);
  return [...containers().map((id) => `container ${id}`), ...images().map((name) => `image ${name}`)];
}

/** By name, since the same image may have others. */
function imagesOf(registry, docker) {
  const ours = ["--filter", `reference=${registry}/*`, "--filter", `reference=${registry}/*/*`];
  const images = docker("images", "--digests", "--format", "{{.Repository}} {{.Tag}} {{.Digest}}", ...ours);
  const names = images.flatMap((line) => {
    const [repository, tag, digest] = line.split(" ");
    return [
      tag === "<none>" ? [] : `${repository}:${tag}`,
      digest === "<none>" ? [] : `${repository}@${digest}`,
    ].flat();
  });
  return [...new Set(names)];
}
