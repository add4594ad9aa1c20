import assert from "node:assert/strict";
import { parseKillsOptions } from "../../../rehearsal/kills/options";

const chosen = (...argv: string[]) =>
  parseKillsOptions(argv).chosen.map(({ controller, paths }) => [
    controller.name,
    ...paths.map(({ path }) => path.name),
  ]);
const wrong = (...argv: string[]) => {
  try {
    parseKillsOptions(argv);
  } catch (error) {
    return (error as Error).message;
  }
  return assert.fail("nothing was wrong");
};

describe("what is to be killed", () => {
  it("is every path of both controllers, unless one is named", () => {
    const [codeDeploy, ecs, ...others] = chosen();
    assert.deepEqual([codeDeploy![0], ecs![0], others], ["CODE_DEPLOY", "ECS", []]);
    assert.ok(codeDeploy!.length > 20 && ecs!.length > 20);
    assert.deepEqual(chosen("--controller", "ECS"), [ecs]);
  });

  it("is one path, of the controllers that have it", () => {
    assert.deepEqual(chosen("--path", "Install stopped"), [["CODE_DEPLOY", "Install stopped"]]);
    assert.deepEqual(chosen("--controller", "ECS", "--path", "SCALE_UP circuitBreaker"), [
      ["ECS", "SCALE_UP circuitBreaker"],
    ]);
    assert.deepEqual(chosen("--path", "released"), [
      ["CODE_DEPLOY", "released"],
      ["ECS", "released"],
    ]);
  });

  it("is one of so many points, or every one", () => {
    assert.deepEqual([parseKillsOptions([]).every, parseKillsOptions(["--every", "3"]).every], [1, 3]);
  });

  it("is refused with the paths that there are, if there is no such path", () => {
    assert.match(wrong("--path", "Install"), /--path: expected one of\s+released\s[^]*, got "Install"\nUsage:/);
    const ofEcs = wrong("--controller", "ECS", "--path", "Install stopped");
    assert.match(ofEcs, /, got "Install stopped"/);
    assert.doesNotMatch(ofEcs, /Install failed/);
  });

  it("is refused with all that is wrong", () => {
    const message = wrong("--controller", "EC2", "--path", "Install", "--paths", "x", "--every", "0");
    assert.match(message, /--every: expected a whole number from 1 to 100, got "0"/);
    assert.match(message, /^\d mistakes on the command line:/);
    assert.match(message, /--controller: expected "CODE_DEPLOY" or "ECS", got "EC2"/);
    assert.match(message, /--path: expected one of[^]*Install failed[^]*SCALE_UP circuitBreaker[^]*, got "Install"/);
    assert.match(message, /--paths: there is no such option/);
    assert.match(message, /\nUsage: npm run kills/);
  });
});
