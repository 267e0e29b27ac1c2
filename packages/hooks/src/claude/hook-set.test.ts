import { spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { installClient } from "../client/install-client.ts";
import { fakeDaemon, installedClient } from "../client/client.test.support.ts";
import { claudeEventNames, claudeEvents } from "./events.ts";
import { checkClient, claudeHooks, claudeManagedSettingsFile, claudeSettingsFile } from "./hook-set.ts";

const client = "/x/fleet-hook";
const set = claudeHooks({ client });
const http = claudeHooks({ client, transport: { is: "http", port: 4711 } });
const handlers = (hookSet: typeof set) => hookSet.wanted.flatMap((hook) => hook.handlers);

describe("claudeHooks", () => {
  test("by default every event but the frequent one runs the client without a shell", () => {
    expect(set.wanted.map(({ event }) => event)).toEqual(
      claudeEventNames.filter((name) => name !== "MessageDisplay"),
    );
    for (const {
      event,
      handlers: [first],
    } of set.wanted) {
      const { timeout } = claudeEvents[claudeEventNames.find((name) => name === event) ?? "Stop"];
      expect(first).toEqual({ type: "command", command: client, args: ["claude", event], timeout });
    }
  });

  test.each([set, http])(
    "a waiter starts with each start, prompt and turn's end, and nowhere else",
    (hookSet) => {
      const waiting = hookSet.wanted.filter((hook) =>
        hook.handlers.some(({ asyncRewake }) => asyncRewake === true),
      );
      expect(waiting.map(({ event }) => event)).toEqual(["SessionStart", "UserPromptSubmit", "Stop"]);
      const waiter = {
        type: "command",
        command: client,
        args: ["wait", "claude"],
        asyncRewake: true,
        timeout: 86_400,
      };
      for (const hook of waiting) expect(hook.handlers[1]).toEqual(waiter);
    },
  );

  test("over http all but SessionStart goes to the daemon's port, the frequent one too", () => {
    const ways = Object.fromEntries(
      http.wanted.map(({ event, handlers: [first] }) => [event, first?.["type"]]),
    );
    expect(Object.keys(ways)).toEqual([...claudeEventNames]);
    expect(Object.entries(ways).filter(([, type]) => type !== "http")).toEqual([["SessionStart", "command"]]);
    expect(http.wanted.find(({ event }) => event === "Stop")?.handlers[0]).toMatchObject({
      url: "http://127.0.0.1:4711/v1/hook/claude/Stop",
    });
  });

  test("no token stands in the settings: http hooks take it from the environment, listed", () => {
    for (const handler of handlers(http).filter(({ type }) => type === "http")) {
      expect(handler).toMatchObject({
        headers: { Authorization: "Bearer $FLEET_HOOK_TOKEN" },
        allowedEnvVars: expect.arrayContaining(["FLEET_HOOK_TOKEN", "TMUX_PANE"]),
      });
    }
  });

  test("fleet knows all of its own handlers", () => {
    expect([...handlers(set), ...handlers(http)].filter((handler) => !set.owns(handler))).toEqual([]);
  });

  test.each([
    [{ type: "command", command: "'/other place/fleet-hook' claude Stop" }, true],
    [{ type: "command", command: "/o/fleet-hook wait claude" }, true],
    [{ type: "command", command: "fleet-hook", args: ["wait", "claude"] }, true],
    [{ type: "http", url: "http://localhost:1/v1/hook/claude/Stop" }, true],
    [{ type: "command", command: "/o/fleet-hook" }, false],
    [{ type: "command", command: "/o/fleet-hook", args: ["--help"] }, false],
    [{ type: "command", command: "/o/my-fleet-hook claude Stop" }, false],
    [{ type: "command", command: "/o/fleet-hook-wrapper", args: ["claude", "Stop"] }, false],
    [{ type: "command", command: "echo fleet-hook claudette" }, false],
    [{ type: "http", url: "http://127.0.0.1:8799/Stop" }, false],
    [{ type: "http", url: "https://example.com/v1/hook/claude/Stop" }, false],
    [{ type: "prompt", prompt: "/o/fleet-hook claude Stop" }, false],
    [{}, false],
  ])("%j is fleet's: %s", (handler, expected) => {
    expect(set.owns(handler)).toBe(expected);
  });

  test.each([
    [{ HOME: "/home/dev" }, "/home/dev/.claude/settings.json"],
    [{ HOME: "/home/dev", CLAUDE_CONFIG_DIR: "/etc/c" }, "/etc/c/settings.json"],
  ])("with %j the settings are %s", (env, file) => {
    expect(claudeSettingsFile(env)).toBe(file);
    expect(claudeManagedSettingsFile("linux")).toBe("/etc/claude-code/managed-settings.json");
  });
});

describe("checkClient", () => {
  test.each(["bash", "curl"] as const)(
    "the %s client passes without telling anybody anything",
    async (variant) => {
      const daemon = await fakeDaemon((_, response) => response.end());
      const installed = await installedClient(variant);
      await installed.pointAt(daemon.port);
      await checkClient(installed.file);
      expect(daemon.seen).toEqual([]);
      expect(await installed.drops()).toEqual([]);
    },
  );

  test("one that is not there or has no interpreter does not", async () => {
    await expect(checkClient("/nonexistent/fleet-hook")).rejects.toMatchObject({ code: "failed" });
  });

  test("the stable copy needs nothing of what installed it [case 27]", async () => {
    const { folder, drops } = await installedClient("bash");
    const places = {
      hooksDir: join(folder, "h"),
      dropDir: join(folder, "drop"),
      endpointFile: join(folder, "h", "endpoint"),
    };
    const { file } = await installClient(places, { platform: "linux" });
    expect(await readFile(file, "utf8")).not.toContain(fileURLToPath(new URL("../..", import.meta.url)));
    const env = { PATH: "/nonexistent", HOME: "/nonexistent" };
    const { status } = spawnSync(file, ["claude", "Stop"], { cwd: "/", env, input: "{}" });
    expect(status).toBe(0);
    expect(await drops()).toHaveLength(1);
  });
});
