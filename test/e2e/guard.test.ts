import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../support/tree.ts";

const guard = join(root, "docs/examples/guard.sh");

test.each([
  ["rm -rf build", 2],
  ["cd x && rm -v -R y", 2],
  ["rm --recursive z", 2],
  ["git push -f origin main", 2],
  ["git push origin main --force", 2],
  ["git reset --hard HEAD~1", 2],
  ["sudo dd if=a of=/dev/sda", 2],
  ["rm file", 0],
  ["perform -r", 0],
  ["git push origin my-feature", 0],
  ["git push --force-with-lease", 0],
  ["git reset HEAD file", 0],
])("[row 111] the guard of docs/guard.md ends for %j with %d", (command, status) => {
  const payload = { hook_event_name: "PreToolUse", tool_name: "Bash", tool_input: { command } };
  const ran = spawnSync(guard, { input: JSON.stringify(payload), encoding: "utf8" });
  expect([ran.status, ran.stderr !== ""]).toEqual([status, status === 2]);
});
