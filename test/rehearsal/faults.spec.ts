import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "../../rehearsal/command-line";
import { type Row, rowsOf } from "../../rehearsal/faults/fault";
import { parseFaultsOptions } from "../../rehearsal/faults/options";
import { markdownTable, resultTable } from "../../rehearsal/faults/print";
import { faults } from "../../rehearsal/faults/table";

describe("the table of faults", () => {
  it("is what docs/faults.md shows (npm run faults -- --markdown prints it)", () => {
    const page = readFileSync(join(__dirname, "../../docs/faults.md"), "utf8");
    assert.ok(page.includes(markdownTable(faults)));
  });

  it("has no two rows of one name", () => {
    const names = faults.flatMap(rowsOf).map(({ name }) => name);
    assert.deepEqual(names, [...new Set(names)]);
  });

  it("prints what came of each row in columns, and what failed", () => {
    const [one, other] = faults.flatMap(rowsOf) as [Row, Row];
    const came = { noticedBy: "elb", endState: "released" as const, clients: "9 requests, 0 failed" };
    const lines = resultTable([
      { ...came, row: { ...one, name: "short", fault: "this" }, problems: [] },
      { ...came, row: { ...other, name: "a-longer-name", fault: "that one" }, problems: ["it was lost"] },
    ]).split("\n");
    assert.deepEqual(lines, [
      "        row            fault     noticed by  end state  clients",
      "ok      short          this      elb         released   9 requests, 0 failed",
      "FAILED  a-longer-name  that one  elb         released   9 requests, 0 failed",
    ]);
  });
});

describe("npm run faults", () => {
  const names = (...argv: string[]) => parseFaultsOptions(argv).rows.map(({ name }) => name);

  it("performs every row, those that are named, or those of a controller", () => {
    assert.deepEqual(
      names(),
      faults.flatMap(rowsOf).map(({ name }) => name),
    );
    assert.deepEqual(names("--only", "sticky", "--only=quota-ecs"), ["quota-ecs", "sticky"]);
    assert.ok(parseFaultsOptions(["--controller", "ECS"]).rows.every(({ controller }) => controller === "ECS"));
  });

  it("tells all mistakes at once: a row that is not there hides behind no other", () => {
    assert.throws(
      () => names("--only", "sticky", "--only", "stiky", "--controller", "EXTERNAL", "--md"),
      (error) => {
        assert.ok(error instanceof UsageError);
        assert.deepEqual(error.mistakes, [
          "--md: there is no such option",
          '--controller: expected "CODE_DEPLOY" or "ECS", got "EXTERNAL"',
          '--only: expected a row of docs/faults.md, with -ecs behind it for ECS, got "stiky"',
        ]);
        return true;
      },
    );
    assert.throws(() => names("--only", "sticky-ecs", "--controller", "CODE_DEPLOY"), UsageError);
  });
});
