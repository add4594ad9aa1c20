import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Row, rowsOf } from "../../rehearsal/faults/fault";
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
