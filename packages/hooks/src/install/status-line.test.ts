import { parse } from "jsonc-parser";
import { systemClock } from "@fleetbus/core";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { lineCommand, readLineCommand } from "../statusline/line-command.ts";
import { applyPlan } from "./apply-plan.ts";
import { planLine, type SettingsPlace } from "./settings-plan.ts";
import { hooks, install, olderHooks, placeWith, settingsFiles, uninstall } from "./settings.test.support.ts";

const script = "/home/dev/it's/hooks/fleet-line";

const schema = z.looseObject({ statusLine: z.looseObject({ command: z.string() }).optional() });
const lineIn = (text: string | undefined) => {
  const value: unknown = parse((text ?? "").replace(/^\uFEFF/, ""), [], { allowTrailingComma: true });
  return schema.parse(value ?? {}).statusLine;
};

async function show(place: SettingsPlace, line: string | undefined = script): Promise<void> {
  await applyPlan(await planLine(place, hooks, line), { clock: systemClock, dataDir: place.dataDir });
}
const hide = async (place: SettingsPlace) =>
  void (await applyPlan(await planLine(place, hooks, undefined), {
    clock: systemClock,
    dataDir: place.dataDir,
  }));

const own = `jq -r '"\\(.model.id) [it'"'"'s]"'`;
const lines: readonly (readonly [string, string])[] = [
  [
    "one of the user's own",
    JSON.stringify({ model: "x", statusLine: { type: "command", command: own } }, null, 2),
  ],
  [
    "one with settings of its own",
    `{"statusLine":{"type":"command","padding":0,"command":"~/line.sh","refreshInterval":60}}`,
  ],
  [
    "one among comments",
    `{\n  // mine\n  "statusLine": { "command": "a \\u00e9", /* b */ "type": "command" }, // c\n}\n`,
  ],
];

describe.each([...settingsFiles, ...lines])("settings with %s", (_, before) => {
  const ownBefore = lineIn(before)?.command;

  test("show fleet's line below the user's, and are back to the byte", async () => {
    const place = await placeWith(before);
    await show(place);
    const after = await place.text();
    expect(lineIn(after)).toEqual({
      ...(ownBefore === undefined ? { type: "command", refreshInterval: 5 } : lineIn(before)),
      command: lineCommand(script, ownBefore),
    });
    expect((await planLine(place, hooks, script)).diff).toBe("");
    expect(after?.includes("fleet-hook claude")).toBe(before?.includes("fleet-hook claude") ?? false);
    await hide(place);
    expect(await place.text()).toBe(before);
  });

  const orders: readonly (readonly [string, readonly ((place: SettingsPlace) => Promise<unknown>)[]])[] = [
    ["hooks first, line out first", [install, show, hide, uninstall]],
    ["line first, line out first", [show, install, hide, uninstall]],
    ["line first, all out with the hooks", [show, (place) => install(place, olderHooks), install, uninstall]],
  ];
  test.each(orders)("come back to the byte in any order: %s", async (_order, steps) => {
    const place = await placeWith(before);
    for (const step of steps.slice(0, 2)) await step(place);
    expect(lineIn(await place.text())?.command).toBe(lineCommand(script, ownBefore));
    for (const step of steps.slice(2)) await step(place);
    expect(await place.text()).toBe(before);
  });
});

test("a line whose surroundings the user changed goes by what it says; their own command is what it was", async () => {
  const place = await placeWith(JSON.stringify({ statusLine: { type: "command", command: own } }));
  await show(place);
  const text = (await place.text()) ?? "";
  await place.write(JSON.stringify({ ...JSON.parse(text), model: "opus" }, null, 4));
  await hide(place);
  expect(JSON.parse((await place.text()) ?? "")).toEqual({
    model: "opus",
    statusLine: { type: "command", command: own },
  });
});

test("a line that the user took out is not put in again with the hooks", async () => {
  const place = await placeWith('{"model":"opus"}');
  await show(place);
  await place.write('{"model":"sonnet"}');
  await install(place);
  expect(lineIn(await place.text())).toBeUndefined();
});

test("a line that was pasted is the user's: it stays with the hooks, follows the script, and goes when asked", async () => {
  const pasted = { statusLine: { type: "command", command: lineCommand("/old/fleet-line") } };
  const place = await placeWith(JSON.stringify(pasted));
  await install(place);
  await uninstall(place);
  expect(JSON.parse((await place.text()) ?? "")).toEqual(pasted);
  await show(place);
  expect(lineIn(await place.text())?.command).toBe(lineCommand(script));
  await place.forget();
  await hide(place);
  expect(lineIn(await place.text())).toBeUndefined();
});

test.each(['{"statusLine":"x"}', '{"statusLine":{"type":"command"}}', '{"statusLine":{"command":7}}'])(
  "%s is refused with its place, and stays; the hooks go in all the same",
  async (text) => {
    const place = await placeWith(text);
    await expect(planLine(place, hooks, script)).rejects.toMatchObject({ code: "config" });
    expect(await place.text()).toBe(text);
    expect((await install(place)).hasChanged).toBe(true);
  },
);

test.each([own, "plain", "two words", "it's", "a\nb"])("the command for %j is read back", (command) => {
  expect(readLineCommand(lineCommand(script, command))).toEqual({ script, own: command });
  expect(readLineCommand(lineCommand(script))).toEqual({ script, own: undefined });
  expect(readLineCommand(command)).toBeUndefined();
});

test.each([
  "fleet-line2 claude",
  "/x/fleet-line name me",
  "echo /x/fleet-line claude",
  "/x/fleet-line claude | tr a b",
])("%s is somebody else's command", (command) => {
  expect(readLineCommand(command)).toBeUndefined();
});
