import { parse } from "jsonc-parser";
import { applyPatch } from "diff";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { claudeHooks } from "../claude/hook-set.ts";
import { planInstall, planUninstall } from "./settings-plan.ts";
import { hooks, install, olderHooks, placeWith, settingsFiles, uninstall } from "./settings.test.support.ts";

const events = hooks.wanted.map(({ event }) => event);
const settingsSchema = z.looseObject({ hooks: z.record(z.string(), z.unknown()).default({}) });
const groupsSchema = z.array(z.unknown());

/** The settings in a text, comments or not. */
const read = (text: string | undefined) => {
  const value: unknown = parse((text ?? "").replace(/^\uFEFF/, ""), [], { allowTrailingComma: true });
  return settingsSchema.parse(value ?? {});
};

/** The groups at one event. */
const groupsOf = (text: string | undefined, event: string) =>
  groupsSchema.parse(read(text).hooks[event] ?? []);

/** The settings without the groups that hold a handler of fleet's, and without what is empty then. */
function othersOf(text: string | undefined) {
  const { hooks: all, ...rest } = read(text);
  const own = (group: unknown) => JSON.stringify(group).includes('/fleet-hook"');
  const kept = Object.entries<unknown>(all).flatMap(([event, groups]) => {
    const others = Array.isArray(groups) ? groups.filter((group) => !own(group)) : groups;
    return Array.isArray(others) && others.length === 0 ? [] : [[event, others] as const];
  });
  return { ...rest, hooks: Object.fromEntries(kept) };
}

describe.each(settingsFiles)("settings with %s", (_, text) => {
  test("get fleet's handler in each event and keep everything else", async () => {
    const place = await placeWith(text);
    expect(await install(place)).toMatchObject({ hasChanged: true });
    const after = await place.text();
    for (const { event, handlers } of hooks.wanted) {
      expect(groupsOf(after, event).at(-1)).toEqual({ hooks: handlers });
    }
    expect(othersOf(after)).toEqual(othersOf(text));
  });

  test("do not change at a second installation", async () => {
    const place = await placeWith(text);
    await install(place);
    const before = await place.text();
    expect((await planInstall(place, hooks)).diff).toBe("");
    expect(await install(place)).toEqual({ hasChanged: false });
    expect(await place.text()).toBe(before);
  });

  test("are back to the byte after uninstalling", async () => {
    const place = await placeWith(text);
    await install(place);
    await uninstall(place);
    expect(await place.text()).toBe(text);
    expect((await planUninstall(place, hooks)).diff).toBe("");
  });

  test("are back to the byte after an update in between", async () => {
    const place = await placeWith(text);
    await install(place, olderHooks);
    await install(place);
    expect(groupsOf(await place.text(), "PostToolBatch")).toHaveLength(1);
    expect(await place.text()).not.toContain("/opt/old");
    await uninstall(place);
    expect(await place.text()).toBe(text);
  });

  test("keep what the user changed meanwhile, to the byte", async () => {
    const place = await placeWith(text);
    await install(place);
    const edit = (now: string) =>
      now.replace(/^(\uFEFF?(?:\/\/ mine\n)?\{)/, '$1 "early": [1, 2], ').replace('"opus"', '"sonnet"');
    await place.write(edit((await place.text()) ?? ""));
    await uninstall(place);
    const undone = await place.text();
    if ((text ?? "").includes("{")) expect(undone).toBe(edit(text ?? ""));
    expect(othersOf(undone)).toEqual({
      ...othersOf(text),
      early: [1, 2],
      ...("model" in othersOf(text) ? { model: "sonnet" } : {}),
    });
  });

  test("come back by ownership when fleet's note is lost", async () => {
    const place = await placeWith(text);
    await install(place);
    await place.forget();
    await uninstall(place);
    const undone = await place.text();
    expect(undone).not.toMatch(/"[^"]*\/fleet-hook"/);
    expect(othersOf(undone)).toEqual(othersOf(text));
    // What was empty before cannot be told from what is empty now.
    const hadContent = Object.keys(othersOf(text)).length > 1 && !/\{\s*\}|\[\s*\]/.test(text ?? "");
    if (hadContent) expect(undone).toBe(text);
  });

  test("the diff of a dry run is what happens, and a dry run writes nothing [case 27]", async () => {
    const place = await placeWith(text);
    const plan = await planInstall(place, hooks);
    expect(await place.text()).toBe(text);
    expect(plan.diff).toContain(text === undefined ? "--- /dev/null" : `--- ${place.file}`);
    expect(applyPatch(text ?? "", plan.diff)).toBe(plan.after);
    await install(place);
    expect(await place.text()).toBe(plan.after);
  });
});

describe("planInstall", () => {
  test("replaces fleet's handlers of another place, an older version or a narrowed group", async () => {
    const stale = [
      { hooks: [{ type: "command", command: "'/old place/fleet-hook' claude Stop" }] },
      {
        matcher: "x",
        hooks: [
          { type: "command", command: "/a/fleet-hook", args: ["claude", "Stop"] },
          { type: "command", command: "mine" },
        ],
      },
      { hooks: [{ type: "http", url: "http://127.0.0.1:9/v1/hook/claude/Stop" }] },
    ];
    const place = await placeWith(JSON.stringify({ hooks: { Stop: stale, Setup: [stale[0]] } }, null, 2));
    await install(place);
    const installed = await place.text();
    expect(groupsOf(installed, "Stop")).toEqual([
      { matcher: "x", hooks: [{ type: "command", command: "mine" }] },
      { hooks: hooks.wanted.find(({ event }) => event === "Stop")?.handlers },
    ]);
    expect(read(installed).hooks).not.toHaveProperty("Setup");
  });

  test("changes from one transport to the other and back", async () => {
    const place = await placeWith('{\n  "model": "opus"\n}\n');
    await install(place);
    const client = await place.text();
    const http = claudeHooks({
      client: "/home/dev/.local/share/fleet/hooks/fleet-hook",
      transport: { is: "http", port: 7 },
    });
    await install(place, http);
    expect(await place.text()).toContain("http://127.0.0.1:7/v1/hook/claude/Stop");
    await install(place);
    expect(await place.text()).toBe(client);
  });

  test("leaves the user's own order alone once all is there", async () => {
    const place = await placeWith('{"model":"opus"}');
    await install(place);
    const settings = read(await place.text());
    const mine = { hooks: [{ type: "command", command: "mine" }] };
    const stops = [...groupsOf(await place.text(), "Stop"), mine];
    await place.write(JSON.stringify({ ...settings, hooks: { ...settings.hooks, Stop: stops } }, null, 4));
    expect((await planInstall(place, hooks)).diff).toBe("");
    await uninstall(place);
    expect(read(await place.text())).toEqual({ model: "opus", hooks: { Stop: [mine] } });
  });

  const broken: readonly (readonly [string, string, number, number])[] = [
    ["a missing bracket", '{\n  "model": "opus"\n', 3, 1],
    ["a missing comma", '{\n  "a": 1\n  "b": 2\n}', 3, 3],
    ["text that is no JSON", "hello", 1, 1],
    ["a list", "[]", 1, 1],
    ["hooks that are a list", '{\n  "hooks": []\n}', 2, 3],
    ["an event that is no list", '{\n  "hooks": {\n    "Stop": {}\n  }\n}', 3, 5],
    ["hooks twice", '{\n  "hooks": {},\n  "hooks": {}\n}', 3, 3],
    ["a byte order mark before what is broken", '\uFEFF{"a" 1}', 1, 6],
  ];
  test.each(broken)("refuses %s, says where, and touches nothing", async (...[, text, line, column]) => {
    const place = await placeWith(text);
    await expect(planInstall(place, hooks)).rejects.toMatchObject({
      code: "config",
      message: expect.stringContaining(`${place.file}:${line}:${column}`),
      details: { line, column },
    });
    expect(await place.text()).toBe(text);
  });
});

describe("any settings", () => {
  const key = fc.constantFrom("model", "env", "a b", "é", "x//y");
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.string(),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(key, tie("value"), { maxKeys: 3 }),
    ),
  }));
  const other = fc.record({
    hooks: fc.array(fc.record({ type: fc.constant("command"), command: fc.string() }), { maxLength: 2 }),
  });
  const settings = fc.record(
    {
      model: fc.string(),
      env: value,
      hooks: fc.dictionary(
        fc.constantFrom("Stop", "PreToolUse", "Setup", "SessionEnd"),
        fc.array(other, { maxLength: 2 }),
      ),
    },
    { requiredKeys: [] },
  );
  const style = fc.record({
    space: fc.constantFrom("", "\t", "  ", "    "),
    eol: fc.constantFrom("\n", "\r\n"),
    end: fc.constantFrom("", "\n"),
  });

  test("come back to the byte, in any layout", { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(settings, style, async (content, { space, eol, end }) => {
        const text = JSON.stringify(content, null, space).replaceAll("\n", eol) + end;
        const place = await placeWith(text);
        await install(place);
        const installed = await place.text();
        for (const event of events)
          expect(JSON.stringify(groupsOf(installed, event))).toContain("fleet-hook");
        await uninstall(place);
        expect(await place.text()).toBe(text);
      }),
      { numRuns: 150 },
    );
  });
});
