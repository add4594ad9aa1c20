import assert from "node:assert/strict";
import { parseTaskDefinition } from "../../../rehearsal/codepipeline/fill-template";
import { runArguments } from "../../../rehearsal/docker/run-arguments";

describe("a task's container on a Docker engine", () => {
  function words(container: object, task: object = {}, environment: Record<string, string> = {}): string {
    const image = "127.0.0.1:5000/shop@sha256:0";
    const portMappings = [{ containerPort: 3000 }];
    const taskDefinition = parseTaskDefinition({
      family: "shop",
      volumes: [{ name: "scratch" }],
      ...task,
      containerDefinitions: [{ name: "app", image, portMappings, ...container }],
    });
    const run = { taskDefinition, containerName: "app", name: "task-1", label: "a=b", port: 40_000, environment };
    return runArguments(run).join(" ");
  }

  it("listens on loopback only, and ends with its process", () => {
    assert.equal(
      words({}),
      "run --rm --name task-1 --label a=b --log-driver none --publish 127.0.0.1:40000:3000 --stop-timeout 30 " +
        "127.0.0.1:5000/shop@sha256:0",
    );
  });

  it("has the limits of its task definition", () => {
    const sizes = words(
      { cpu: 1, memory: 256, memoryReservation: 128, stopTimeout: 90 },
      { cpu: "256", memory: "512" },
    );
    assert.match(sizes, / --stop-timeout 90 --cpus 0\.25 --cpu-shares 2 --memory 256m --memory-reservation 128m /);
    assert.match(words({}, { cpu: "1024", memory: "2048" }), / --cpus 1 --memory 2048m /);
    const hardened = words({
      user: "1000:1000",
      workingDirectory: "/srv",
      readonlyRootFilesystem: true,
      ulimits: [{ name: "nofile", softLimit: 1000, hardLimit: 2000 }],
      mountPoints: [
        { sourceVolume: "scratch", containerPath: "/tmp" },
        { containerPath: "/config", readOnly: true },
      ],
      linuxParameters: { initProcessEnabled: true, capabilities: { drop: ["ALL"], add: ["SYS_PTRACE"] } },
    });
    assert.match(hardened, / --user 1000:1000 --workdir \/srv --read-only --init --cap-add SYS_PTRACE --cap-drop ALL /);
    assert.match(hardened, / --mount type=volume,dst=\/tmp --mount type=volume,dst=\/config,readonly /);
    assert.match(hardened, / --ulimit nofile=1000:2000 /);
  });

  it("is given its variables, without showing their values where docker does not read them itself", () => {
    const text = words({}, {}, { SECRET: "hidden", PORT: "3000", PATH: "/app/bin" });
    assert.match(text, / --env SECRET --env PORT=3000 --env PATH=\/app\/bin /);
    assert.doesNotMatch(text, /hidden/);
  });

  it("runs the task definition's own entry point and command", () => {
    assert.match(
      words({ entryPoint: ["node", "--trace-gc"], command: ["x.js"] }),
      /--entrypoint node \S+ --trace-gc x\.js$/,
    );
  });
});
