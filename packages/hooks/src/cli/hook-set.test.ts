import { mkdtemp, readFile, rm, writeFile, mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { systemClock } from "@fleetbus/core";
import { codexTable } from "../codex/cli.ts";
import { geminiTable } from "../gemini/cli.ts";
import { grokTable } from "../grok/cli.ts";
import { applyPlan } from "../install/apply-plan.ts";
import { hookStatus } from "../install/hook-status.ts";
import { planInstall, planUninstall } from "../install/settings-plan.ts";
import { commandHooks } from "./hook-set.ts";
import { codexHooksFile, geminiSettingsFile, grokHooksFile } from "./settings-files.ts";

const client = "/x/hooks/fleet-hook";

const subjects = [
  ["codex", "[row 98]", codexTable, codexHooksFile],
  ["gemini", "[row 99]", geminiTable, geminiSettingsFile],
  ["grok", "[row 100]", grokTable, grokHooksFile],
] as const;

/** What may stand there: nothing, another tool's hook at the same event, formatting of a person's own. */
const befores = [
  ["no file", undefined],
  ["an empty file", ""],
  ["CRLF and tabs", '{\r\n\t"theme": "dark",\r\n\t"hooks": {\r\n\t\t"Stop": []\r\n\t}\r\n}\r\n'],
  [
    "another tool's hooks",
    '{"hooks":{"Stop":[{"hooks":[{"type":"command","command":"beep"}]}],"AfterAgent":[{"hooks":[{"type":"command","command":"boop"}]}]}}',
  ],
  ["comments", '{\n  // mine\n  "hooks": {}, // and this\n}\n'],
] as const;

let home = "";

beforeEach(async () => void (home = await mkdtemp(join(tmpdir(), "fleet-settings-"))));
afterEach(() => rm(home, { recursive: true, force: true }));

describe.each(subjects)("the hooks of %s %s", (name, _, table, fileOf) => {
  const set = commandHooks(table, client);

  test.each(befores)("go in beside %s, stand there, and come out to the byte", async (_, before) => {
    const file = fileOf({ HOME: home });
    if (before !== undefined) {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, before);
    }
    const place = { file, dataDir: join(home, "data") };
    const deps = { clock: systemClock, dataDir: place.dataDir };
    expect((await applyPlan(await planInstall(place, set), deps)).hasChanged).toBe(true);
    expect((await hookStatus(file, set)).state).toBe("installed");
    for (const event of Object.keys(table.events))
      expect(await readFile(file, "utf8")).toContain(`"exec /x/hooks/fleet-hook ${name} ${event}"`);
    expect((await planInstall(place, set)).diff).toBe("");
    await applyPlan(await planUninstall(place, set), deps);
    expect(await readFile(file, "utf8").catch(() => undefined)).toBe(before);
  });

  test("are all known as fleet's, and no other's are", () => {
    const handlers = set.wanted.flatMap((hook) => hook.handlers);
    expect(handlers.length).toBe(Object.keys(table.events).length);
    expect(handlers.filter((handler) => !set.owns(handler))).toEqual([]);
    const others = ["/o/fleet-hook claude Stop", "/o/my-fleet-hook codex Stop", `echo ${name}`, "beep"];
    expect(others.filter((command) => set.owns({ type: "command", command }))).toEqual([]);
    expect(set.owns({ type: "command", command: `'/other place/fleet-hook' ${name} Stop` })).toBe(true);
  });

  test("say the same line for ever: a CLI that keeps trust by its hash does not ask again", () => {
    const [first] = commandHooks(table, "/with space/o'clock/fleet-hook").wanted;
    const [event] = Object.keys(table.events);
    expect(first?.handlers[0]).toMatchObject({
      command: `exec '/with space/o'\\''clock/fleet-hook' ${name} ${event ?? ""}`,
    });
  });
});

test.each([
  [codexHooksFile, { HOME: "/home/dev" }, "/home/dev/.codex/hooks.json"],
  [codexHooksFile, { HOME: "/home/dev", CODEX_HOME: "/srv/codex" }, "/srv/codex/hooks.json"],
  [geminiSettingsFile, { HOME: "/home/dev" }, "/home/dev/.gemini/settings.json"],
  [grokHooksFile, { HOME: "/home/dev" }, "/home/dev/.grok/hooks/fleet.json"],
])("the place of %o with %j", (fileOf, env, file) => {
  expect(fileOf(env)).toBe(file);
});
