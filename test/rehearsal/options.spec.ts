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

  it("explains itself, whatever else was said", () => {
    assert.deepEqual(parseOptions(["--scale", "0", "--help"]), { help: helpText });
    assert.deepEqual(parseOptions(["-h"]), { help: helpText });
    for (const option of ["app", "stack", "scale", "keep", "json", "fail", "port-offset", "rate", "runtime", "help"]) {
      assert.match(helpText, new RegExp(`^  --${option} `, "m"));
    }
    assert.ok(helpText.split("\n").every((line) => line.length <= 120));
  });
});
