import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UsageError } from "../../rehearsal/command-line";
import { helpText, parseOptions } from "../../rehearsal/options";

describe("the rehearsal's command line", () => {
  let directory: string;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "greenlight-options-"));
    await mkdir(join(directory, "app"));
    await mkdir(join(directory, "empty"));
    await writeFile(join(directory, "app", "Dockerfile"), "FROM scratch\n");
  });

  after(() => rm(directory, { recursive: true, force: true }));

  function mistakesOf(...argv: string[]): readonly string[] {
    try {
      parseOptions(argv, directory);
    } catch (error) {
      assert.ok(error instanceof UsageError, String(error));
      for (const mistake of error.mistakes) assert.ok(error.message.includes(mistake));
      return error.mistakes;
    }
    return [];
  }

  it("needs nothing at all", () => {
    assert.deepEqual(parseOptions([]), {
      appDirectory: undefined,
      stack: "dev",
      scale: 60,
      keep: false,
      json: false,
      fail: undefined,
      portOffset: 0,
      ratePerSecond: 50,
      runtime: "process",
    });
  });

  it("takes what confines the app, and that it is trusted", () => {
    const options = parseOptions(["--sandbox", "none", "--trust-app"]);
    assert.ok("sandbox" in options);
    assert.deepEqual([options.sandbox, options.trustApp], ["none", true]);
    assert.match(mistakesOf("--sandbox", "maybe")[0] ?? "", /namespaces.*none/);
  });

  it("takes the network of the tasks, which containers of Docker have anyway", () => {
    const options = parseOptions(["--network", "own"]);
    assert.equal("network" in options && options.network, "own");
    assert.match(mistakesOf("--network", "host")[0] ?? "", /"machine" or "own"/);
    assert.match(mistakesOf("--network=own", "--runtime=docker")[0] ?? "", /--network: expected no --runtime docker/);
  });

  it("takes what tasks may call, again and again", () => {
    const options = parseOptions(["--allow", "DB.example.com:5432", "--allow=localhost:6379"]);
    const allowed = [
      { host: "db.example.com", port: 5432 },
      { host: "localhost", port: 6379 },
    ];
    assert.deepEqual("allow" in options && options.allow, allowed);
    for (const wrong of ["db", "db:0", "db:65536", ":80", "http://db:80"])
      assert.match(mistakesOf("--allow", wrong)[0] ?? "", /--allow: expected HOST:PORT/);
  });

  it("takes every option, with its value after a space or an equals sign", () => {
    const argv = ["--app", "app", "--stack=prod", "--scale", "1.5", "--keep", "--json", "--fail", "health"];
    assert.deepEqual(parseOptions([...argv, "--port-offset", "1000", "--rate=200", "--runtime=docker"], directory), {
      appDirectory: join(directory, "app"),
      stack: "prod",
      scale: 1.5,
      keep: true,
      json: true,
      fail: "health",
      portOffset: 1000,
      ratePerSecond: 200,
      runtime: "docker",
    });
  });

  it("lists all mistakes at once, each with what was expected", () => {
    const argv = [
      "--scale",
      "0",
      "--fail=tests",
      "--port-offset",
      "-5",
      "--rate",
      "1.5",
      "--stack",
      "a/b",
      "--app",
      "no",
    ];
    assert.deepEqual(mistakesOf(...argv, "--scael", "release", "--keep=yes", "--json", "--json"), [
      "--scael: there is no such option",
      "release: expected an option, which begins with --",
      "--keep: expected no value, got yes",
      "--json: expected once, given again",
      '--stack: expected letters, digits, hyphens, underscores and periods, got "a/b"',
      '--fail: expected "hook" or "health", got "tests"',
      '--app: expected a directory, got "no"',
      '--scale: expected a number from 1 to 3600, got "0"',
      '--port-offset: expected a whole number from 0 to 50000, got "-5"',
      '--rate: expected a whole number from 1 to 1000, got "1.5"',
    ]);
  });

  it("wants a value where there must be one", () => {
    assert.deepEqual(mistakesOf("--stack="), ["--stack: expected a value after it"]);
    assert.deepEqual(mistakesOf("--scale"), ["--scale: expected a value after it"]);
    assert.deepEqual(mistakesOf("--rate", "--json"), ['--rate: expected a whole number from 1 to 1000, got "--json"']);
    assert.deepEqual(mistakesOf("--scale", "1e3"), ['--scale: expected a number from 1 to 3600, got "1e3"']);
  });

  it("wants an app's directory to have a Dockerfile", () => {
    assert.deepEqual(mistakesOf("--app", "app"), []);
    assert.deepEqual(mistakesOf("--app", "empty"), [
      '--app: expected a directory with a Dockerfile in it, got "empty"',
    ]);
    assert.deepEqual(mistakesOf("--app", "app/Dockerfile"), ['--app: expected a directory, got "app/Dockerfile"']);
    assert.deepEqual(mistakesOf("--app", "app/Dockerfile/x"), ['--app: expected a directory, got "app/Dockerfile/x"']);
  });

  it("takes what an app needs that the stack's settings do not say", async () => {
    await writeFile(join(directory, "variables"), "# for development\nA=from the file\nB='two words'\n");
    await writeFile(join(directory, "app", "other.Dockerfile"), "FROM scratch\n");
    process.env.GREENLIGHT_SPEC = "from the shell";
    const argv = ["--app", "empty", "--dockerfile", "app/other.Dockerfile", "--port", "3000", "--health-path=/healthz"];
    const variables = ["--env-file", "variables", "--env", "A=a=b", "--env", "GREENLIGHT_SPEC", "--app-log", "all"];
    const options = parseOptions([...argv, ...variables], directory);
    delete process.env.GREENLIGHT_SPEC;
    assert.deepEqual(options, {
      ...parseOptions([]),
      appDirectory: join(directory, "empty"),
      dockerfile: join(directory, "app/other.Dockerfile"),
      containerPort: 3000,
      healthPath: "/healthz",
      environment: { A: "a=b", B: "two words", GREENLIGHT_SPEC: "from the shell" },
      appLogLines: Infinity,
    });
  });

  it("says what is wrong with them", () => {
    const argv = ["--env", "1A=x", "--env=PORT=80", "--env", "GREENLIGHT_UNSET", "--env-file", "none"];
    assert.deepEqual(mistakesOf(...argv, "--port", "0", "--health-path", "health", "--dockerfile", "app"), [
      '--dockerfile: expected a file, got "app"',
      '--env-file: expected a file with one NAME=VALUE a line, got "none"',
      '--env: expected NAME=VALUE, got "1A=x"',
      '--env: expected NAME=VALUE, or the name of a variable that is set here, got "GREENLIGHT_UNSET"',
      '--env: expected --port N, which sets PORT, got "PORT=80"',
      '--health-path: expected a path that begins with /, without spaces, got "health"',
      '--port: expected a whole number from 1 to 65535, got "0"',
    ]);
  });

  it("explains itself, whatever else was said", () => {
    assert.deepEqual(parseOptions(["--scale", "0", "--help"]), { help: helpText });
    assert.deepEqual(parseOptions(["-h"]), { help: helpText });
    const ofTheApp = ["app", "dockerfile", "env", "env-file", "port", "health-path", "app-log"];
    const others = [
      "stack",
      "scale",
      "keep",
      "json",
      "fail",
      "port-offset",
      "rate",
      "runtime",
      "network",
      "allow",
      "help",
    ];
    for (const option of [...ofTheApp, ...others]) {
      assert.match(helpText, new RegExp(`^  --${option} `, "m"));
    }
    assert.ok(helpText.split("\n").every((line) => line.length <= 120));
  });
});
