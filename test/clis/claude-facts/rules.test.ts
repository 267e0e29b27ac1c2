import { describe, expect, test, type TestContext } from "vitest";
import { claudeAllowRules } from "@fleetbus/hooks";
import { nth } from "../../support/claude-moves.ts";
import { useClaude } from "../../support/claude-suite.ts";

// Each title is a fact of docs/claude-code.md that fleet relies on.
const { lab } = useClaude();

/** Where there is a fleet on PATH, it must start nothing. */
const start = (context: TestContext) =>
  lab(context, { settings: { permissions: { allow: claudeAllowRules } }, env: { FLEET_NO_AUTOSTART: "1" } });

describe.concurrent("fleet's permission rules in Claude Code", () => {
  test.for([
    "fleet inbox --json",
    "fleet reply 01abc 'on it; see src/a.ts'",
    'fleet report --done "all green"',
  ])("let %s run unasked in default mode", async (command, context) => {
    const it = await start(context);
    await it.claude.submit(`[[run ${command}]] go`);
    // There is no such command in the lab: that it was run is what counts.
    const failure = await nth(it.hooks, "PostToolUseFailure", 0);
    expect(failure.payload).toMatchObject({ tool_input: { command } });
    expect(await it.hooks.calls("PermissionRequest")).toEqual([]);
  });

  test.for(["fleet pub web hello", "fleet inbox && touch /tmp/never", "fleet inboxes"])(
    "leave %s to be asked for",
    async (command, context) => {
      const it = await start(context);
      await it.claude.submit(`[[run ${command}]] go`);
      const asked = await nth(it.hooks, "PermissionRequest", 0);
      expect(asked.payload).toMatchObject({ tool_input: { command } });
    },
  );
});
