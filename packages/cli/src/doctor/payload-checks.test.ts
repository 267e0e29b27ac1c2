import { expect, test } from "vitest";
import { payloadChecks } from "./payload-checks.ts";

test("what the hooks of a CLI no longer say is named once for each CLI, with how often", () => {
  const stop = { cli: "codex", event: "Stop", field: "last_assistant_message", count: 12 };
  const prompt = { cli: "codex", event: "UserPromptSubmit", field: "turn_id", count: 3 };
  const other = { cli: "grok", event: "Stop", field: "reason", count: 1 };
  const found = payloadChecks({ payloadGaps: [stop, prompt, other] });
  expect(found.map(({ isOk, text }) => [isOk, text])).toEqual([
    [false, "hooks of codex: without last_assistant_message of Stop (12×), turn_id of UserPromptSubmit (3×)"],
    [false, "hooks of grok: without reason of Stop (1×)"],
  ]);
});

test("payloads that lack nothing are not worth a line", () => {
  expect(payloadChecks({})).toEqual([]);
});
