import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { schema } from "../settings/schema";

const text = readFileSync(join(__dirname, "../docs/settings.md"), "utf8");
const { alarms, autoscaling, capacityProviders, checks, healthCheck, https, loadBalancer, triggers } = schema.shape;
const { buildCache, deployApproval, deploymentWindow, notifications, promoteFrom, tests } = schema.shape;
const { container, efsVolumes, logRouter, openTelemetry, sidecars } = schema.shape;
const { sharedLoadBalancer } = schema.shape;
const containerShape = container.unwrap().shape;
const nested = {
  Triggers: triggers.unwrap().shape,
  "A deploy approval": deployApproval.unwrap().shape,
  "A deployment window": deploymentWindow.unwrap().shape,
  "A build cache": buildCache.unwrap().shape,
  "Tests in the build": tests.unwrap().shape,
  Promotion: promoteFrom.unwrap().shape,
  Notifications: notifications.unwrap().shape,
  "A capacity provider": capacityProviders.unwrap().element.shape,
  "A container": containerShape,
  "A container's health check": containerShape.healthCheck.unwrap().shape,
  "A sidecar": without(sidecars.unwrap().element.shape, containerShape),
  "The log router": logRouter.unwrap().shape,
  OpenTelemetry: openTelemetry.unwrap().shape,
  "An EFS volume": efsVolumes.unwrap().element.shape,
  Autoscaling: autoscaling.unwrap().shape,
  "A schedule": autoscaling.unwrap().shape.schedules.unwrap().element.shape,
  Alarms: alarms.unwrap().shape,
  "A check": checks.unwrap().element.shape,
  "A health check": healthCheck.unwrap().shape,
  HTTPS: https.unwrap().shape,
  "A shared load balancer": sharedLoadBalancer.unwrap().shape,
  "The load balancer": loadBalancer.unwrap().shape,
  "Access logs": loadBalancer.unwrap().shape.accessLogs.unwrap().shape,
};

/** The fields that `shape` has and `other` has not. */
function without(shape: object, other: object): object {
  return Object.fromEntries(Object.entries(shape).filter(([key]) => !(key in other)));
}

/** The cells of each setting's row, by section; a row begins with the setting's name in code. */
function rows(section: (title: string) => boolean): string[][] {
  const sections = text.split(/^## /m).filter((it) => section(it.split("\n")[0]!));
  const lines = sections.flatMap((it) => it.split("\n")).filter((line) => line.startsWith("| `"));
  return lines.map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

function names(section: (title: string) => boolean): string[] {
  return rows(section).map(([name]) => name!.replaceAll("`", ""));
}

describe("docs/settings.md", () => {
  it("names every setting once, and none that is not there", () => {
    const documented = names((title) => !(title in nested));
    assert.deepEqual([...documented].sort(), Object.keys(schema.shape).sort());
  });

  for (const [title, shape] of Object.entries(nested)) {
    it(`names every field of ${title.toLowerCase()}`, () => {
      assert.deepEqual(names((it) => it === title).sort(), Object.keys(shape).sort());
    });
  }

  it("tells each setting's default as the schema has it", () => {
    const defaults = schema.parse({ githubRepository: "a/b" }) as Record<string, unknown>;
    for (const [name, , documented] of rows((title) => !(title in nested))) {
      const key = name!.replaceAll("`", "");
      if (key === "githubRepository") assert.equal(documented, "required");
      else if (defaults[key] === undefined)
        assert.match(documented!, /^(none|project and stack|`true` with ECS)$/, key);
      else assert.equal(documented, `\`${JSON.stringify(defaults[key])}\``, key);
    }
  });

  it("tells the type, the range and the purpose of each in one line", () => {
    for (const cells of rows(() => true)) {
      assert.equal(cells.length, 5, cells[0]);
      assert.ok(cells[1] && cells[4], cells[0]);
    }
  });
});
