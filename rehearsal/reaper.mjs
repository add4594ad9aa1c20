// Cleans up after a rehearsal that was killed. It reads lines from its stdin, whose other end the rehearsal holds:
//   dir <path>   a directory to remove
//   +<pgid>      a process group that runs
//   -<pgid>      one that has ended
//   docker <json>  containers and images to remove from a Docker engine; see DockerLeftovers in workspace.ts
// When stdin ends, the rehearsal is gone: what is still listed is killed and removed. Plain JavaScript, so that it
// starts at once and needs nothing but Node.
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { basename } from "node:path";
import { createInterface } from "node:readline";

const groups = new Set();
let directory;
let leftovers;

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => {});

const input = createInterface({ input: process.stdin });
input.on("line", (line) => {
  const pgid = Number(line.slice(1));
  if (line.startsWith("dir ")) directory = line.slice("dir ".length);
  else if (line.startsWith("docker ")) leftovers = JSON.parse(line.slice("docker ".length));
  else if (line.startsWith("+")) groups.add(pgid);
  else if (line.startsWith("-")) groups.delete(pgid);
});
input.on("close", () => {
  for (const pgid of groups) kill(pgid);
  if (leftovers !== undefined) removeFromDocker(leftovers);
  // Never anything but what a workspace made.
  if (directory !== undefined && basename(directory).startsWith("greenlight-")) {
    rmSync(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
  process.exit();
});

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
  // A container that was just asked for may come after the first look.
  for (let look = 0; look < 2; look++) {
    const containers = docker("ps", "--all", "--quiet", "--filter", `label=${label}`);
    if (containers.length > 0) docker("rm", "--force", "--volumes", ...containers);
  }
  if (registry === undefined) return;
  // By name, since the same image may have others.
  const ours = ["--filter", `reference=${registry}/*`, "--filter", `reference=${registry}/*/*`];
  const images = docker("images", "--digests", "--format", "{{.Repository}} {{.Tag}} {{.Digest}}", ...ours);
  const names = images.flatMap((line) => {
    const [repository, tag, digest] = line.split(" ");
    return [
      tag === "<none>" ? [] : `${repository}:${tag}`,
      digest === "<none>" ? [] : `${repository}@${digest}`,
    ].flat();
  });
  if (names.length > 0) docker("rmi", ...new Set(names));
}
