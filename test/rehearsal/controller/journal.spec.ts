import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Entry, Journal } from "../../../rehearsal/controller/journal";

describe("a controller's journal", () => {
  let directory: string;
  let file: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "greenlight-journal-"));
    file = join(directory, "journal");
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const entries: Entry[] = [
    { begun: "Install" },
    { done: "until", result: "2026-01-01T00:00:00.000Z" },
    { outcome: { kind: "failed", reason: "größer als erlaubt\n" } },
  ];

  it("gives back what was written, the request first", () => {
    Journal.create(file, { scale: 60 });
    const journal = Journal.open(file);
    for (const entry of entries) journal.append(entry);
    assert.deepEqual(Journal.open(file).entries, [{ request: { scale: 60 } }, ...entries]);
    assert.deepEqual(Journal.open(file).request, { scale: 60 });
    assert.equal(Journal.open(file).stepUnderWay, "Install");
  });

  it("is not made a second time in the place of one that is there", () => {
    Journal.create(file, {});
    assert.throws(() => Journal.create(file, {}), { code: "EEXIST" });
  });

  it("cut off at any byte loses no more than the line that was cut, and can be written on", () => {
    Journal.create(file, {});
    for (const entry of entries) Journal.open(file).append(entry);
    const whole = readFileSync(file);
    const requestBytes = whole.indexOf("\n") + 1;
    for (let bytes = requestBytes; bytes <= whole.length; bytes++) {
      const cut = whole.subarray(0, bytes);
      writeFileSync(file, cut);
      const kept = cut.filter((byte) => byte === 10).length - 1;
      Journal.open(file).append({ begun: "next" });
      assert.deepEqual(Journal.open(file).entries.slice(1), [...entries.slice(0, kept), { begun: "next" }]);
    }
  });

  it("that is damaged elsewhere is refused with its line", () => {
    Journal.create(file, {});
    appendFileSync(file, '{"begun":\n{"begun":"Install"}\n');
    assert.throws(() => Journal.open(file), /journal:2 is no line of a journal/);
    writeFileSync(file, '{"begun":"Install"}\n');
    assert.throws(() => Journal.open(file), /does not begin with a request/);
    writeFileSync(file, "");
    assert.throws(() => Journal.open(file), /does not begin with a request/);
  });
});
