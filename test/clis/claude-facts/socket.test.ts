import { describe, expect, test } from "vitest";
import { nonceTag } from "@fleetbus/core";
import { holding, nth, offer, requestsWith, turn } from "../../support/claude-moves.ts";
import { useClaude } from "../../support/claude-suite.ts";

// Each title is a fact of docs/claude-code.md that fleet relies on.
const { lab } = useClaude();

describe.concurrent("the messaging socket of Claude Code", () => {
  test.for(["default", "acceptEdits"] as const)(
    "delivers in %s, with a prompt event",
    async (permissionMode, context) => {
      const it = await lab(context, { permissionMode });
      await turn(it, "warm up");
      await offer(it, "UserPromptSubmit", "offer1");
      await it.sendToSocket(`look ${nonceTag("sock01")}`);
      await nth(it.hooks, "Stop", 1);
      const prompt = (await it.hooks.calls("UserPromptSubmit"))[1];
      expect(prompt?.payload["prompt"]).toBe(`look ${nonceTag("sock01")}`);
      expect(requestsWith(it, "offer1")).toEqual([1]);
      await it.waitForFate("sock01", "answered");
      await it.waitForFate("offer1", "answered");
    },
  );

  test("holds a message behind a dialog in bypassPermissions", async (context) => {
    const it = await lab(context, { permissionMode: "bypassPermissions" });
    await turn(it, "warm up");
    await it.sendToSocket(nonceTag("sock01"));
    await it.claude.waitForScreen(/Held message from another session/);
    await it.waitForStatus("waiting");
    expect(holding(it, "sock01")).toEqual([]);
    expect(await it.hooks.calls("UserPromptSubmit")).toHaveLength(1);
  });

  test("delivers in bypassPermissions where the user accepts it", async (context) => {
    const it = await lab(context, {
      permissionMode: "bypassPermissions",
      settings: { crossSessionInbound: "accept" },
    });
    await turn(it, "warm up");
    await it.sendToSocket(nonceTag("sock01"));
    await nth(it.hooks, "Stop", 1);
    expect(requestsWith(it, "sock01")).toEqual([1]);
    await it.waitForFate("sock01", "answered");
  });
});
