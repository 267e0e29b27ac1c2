import { mkdir, stat, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "jsonc-parser";
import { systemClock } from "@fleetbus/core";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { claudeAllowRules } from "../claude/hook-set.ts";
import { applyPlan } from "./apply-plan.ts";
import { planInstall, planLine, planRules, planUninstall } from "./settings-plan.ts";
import { hooks, install, olderHooks, placeWith, settingsFiles, uninstall } from "./settings.test.support.ts";

const schema = z.looseObject({
  permissions: z.looseObject({ allow: z.array(z.string()).default([]) }).default({ allow: [] }),
});

const read = (text: string | undefined) => {
  const value: unknown = parse((text ?? "").replace(/^\uFEFF/, ""), [], { allowTrailingComma: true });
  return schema.parse(value ?? {});
};
const allowed = (text: string | undefined) => read(text).permissions.allow;

describe.each(settingsFiles)("settings with %s", (_, text) => {
  test("get each rule once, after the user's own, and are back to the byte after uninstalling", async () => {
    const place = await placeWith(text);
    await install(place);
    expect(allowed(await place.text())).toEqual(allowed(text));
    await install(place, hooks, { addRules: true });
    const after = await place.text();
    const missing = claudeAllowRules.filter((rule) => !allowed(text).includes(rule));
    expect(allowed(after)).toEqual([...allowed(text), ...missing]);
    expect((await planInstall(place, hooks, { addRules: true })).diff).toBe("");
    expect((await planInstall(place, hooks)).diff).toBe("");
    await uninstall(place);
    expect(await place.text()).toBe(text);
  });

  test("get the rules alone where the hooks are not wanted in them, with a status line or without", async () => {
    const place = await placeWith(text);
    const deps = { clock: systemClock, dataDir: place.dataDir };
    await applyPlan(await planRules(place, hooks), deps);
    const withRules = await place.text();
    expect(allowed(withRules)).toEqual(expect.arrayContaining([...claudeAllowRules]));
    expect(withRules?.includes("fleet-hook claude")).toBe(text?.includes("fleet-hook claude") ?? false);
    await applyPlan(await planLine(place, hooks, "/x/fleet-line"), deps);
    await applyPlan(await planLine(place, hooks, undefined), deps);
    expect(await place.text()).toBe(withRules);
    await uninstall(place);
    expect(await place.text()).toBe(text);
  });

  test("keep the added rules when the hooks are brought up to date, and go back to the byte", async () => {
    const place = await placeWith(text);
    await install(place, olderHooks, { addRules: true });
    const before = allowed(await place.text());
    await install(place, hooks);
    expect(allowed(await place.text())).toEqual(before);
    await uninstall(place);
    expect(await place.text()).toBe(text);
  });
});

test("rules are taken out where the user changed their surroundings, and the user's stay", async () => {
  const place = await placeWith('{\n  "permissions": {\n    "allow": ["Bash(fleet inbox:*)"]\n  }\n}\n');
  await install(place, hooks, { addRules: true });
  const text = (await place.text()) ?? "";
  await place.write(text.replace('"Bash(fleet reply:*)"', '"Read", "Bash(fleet reply:*)"'));
  await uninstall(place);
  expect(allowed(await place.text())).toEqual(["Bash(fleet inbox:*)", "Read"]);
});

test("without its note rules stay: the user may have written the same", async () => {
  const place = await placeWith('{"model":"opus"}');
  await install(place, hooks, { addRules: true });
  await place.forget();
  await uninstall(place);
  expect(read(await place.text())).toEqual({ model: "opus", permissions: { allow: claudeAllowRules } });
});

test("an allow list of another type is refused with its place, and nothing is written", async () => {
  const text = '{\n  "permissions": {\n    "allow": "all"\n  }\n}\n';
  const place = await placeWith(text);
  await expect(planInstall(place, hooks, { addRules: true })).rejects.toThrow(/:3:5: "allow" is no array/);
  expect(await place.text()).toBe(text);
});

describe("a folder that was made for the settings", () => {
  const isThere = (path: string) =>
    stat(path).then(
      () => true,
      () => false,
    );
  const nested = async () => {
    const { file, dataDir } = await placeWith(undefined);
    return { outer: join(file, "..", "a"), file: join(file, "..", "a", "b", "settings.json"), dataDir };
  };

  test("goes with them", async () => {
    const place = await nested();
    await install(place);
    await install(place, hooks, { addRules: true });
    await uninstall(place);
    expect(await isThere(place.outer)).toBe(false);
  });

  test("stays as far as something else lies in it", async () => {
    const place = await nested();
    await install(place);
    await writeFile(join(place.outer, "mine"), "");
    await uninstall(place);
    expect([await isThere(join(place.outer, "b")), await isThere(join(place.outer, "mine"))]).toEqual([
      false,
      true,
    ]);
  });

  test("goes also when the user removed the settings before", async () => {
    const place = await nested();
    await install(place);
    await unlink(place.file);
    await uninstall(place);
    expect(await isThere(place.outer)).toBe(false);
  });

  test("is not taken for one that was there", async () => {
    const place = await nested();
    await mkdir(join(place.outer, "b"), { recursive: true });
    await install(place);
    await uninstall(place);
    expect(await isThere(join(place.outer, "b"))).toBe(true);
    expect((await planUninstall(place, hooks)).diff).toBe("");
  });
});
