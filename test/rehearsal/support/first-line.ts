import assert from "node:assert/strict";
import type { PushListener } from "../../../rehearsal/source/push-listener";

/** What the hook says first; it stands in its program alone. */
export function firstLineOf({ hookProgram }: PushListener): string {
  const [, token] = /write\("([0-9a-f]{64})\\n"\)/.exec(hookProgram) ?? [];
  assert.ok(token);
  return `${token}\n`;
}
