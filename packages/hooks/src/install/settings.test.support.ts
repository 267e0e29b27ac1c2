import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@fleetbus/core";
import { onTestFinished } from "vitest";
import { claudeAllowRules, claudeHooks } from "../claude/hook-set.ts";
import { applyPlan, type Applied } from "./apply-plan.ts";
import { planInstall, planUninstall, type InstallOptions, type SettingsPlace } from "./settings-plan.ts";

/** What a test installs: the client's path is nowhere, for nothing is run. */
export const hooks = claudeHooks({ client: "/home/dev/.local/share/fleet/hooks/fleet-hook" });

/** The same as an older version wanted it. */
export const olderHooks = {
  ...claudeHooks({ client: "/opt/old/fleet-hook" }),
  wanted: claudeHooks({ client: "/opt/old/fleet-hook" }).wanted.filter(
    ({ event }) => event !== "PostToolBatch",
  ),
};

const group = (command: string) =>
  `{ "hooks": [{ "type": "command", "command": ${JSON.stringify(command)} }] }`;

/** Settings as people and tools write them: name, text (undefined: no file). */
export const settingsFiles: readonly (readonly [string, string | undefined])[] = [
  ["no file", undefined],
  ["an empty file", ""],
  ["nothing but line ends", "\n\n"],
  ["nothing but a byte order mark", "\uFEFF"],
  ["an empty object", "{}"],
  ["an empty object with a line end", "{}\n"],
  ["an empty object over two lines", "{\n}\n"],
  ["an empty object with a blank", "{ }"],
  ["an empty object with a comment", "{\n  // nothing yet\n}\n"],
  ["an empty object with a comment on its line", "{ /* nothing */ }\n"],
  ["one setting", '{\n  "model": "opus"\n}\n'],
  ["no line end at the end", '{\n  "model": "opus"\n}'],
  ["tabs", '{\n\t"model": "opus",\n\t"env": {\n\t\t"A": "1"\n\t}\n}\n'],
  ["four blanks", '{\n    "model": "opus",\n    "permissions": {\n        "allow": []\n    }\n}\n'],
  ["CRLF", '{\r\n  "model": "opus",\r\n  "env": {}\r\n}\r\n'],
  ["a byte order mark", '\uFEFF{\n  "model": "opus"\n}\n'],
  ["a byte order mark and CRLF", '\uFEFF{\r\n  "model": "opus"\r\n}\r\n'],
  [
    "minified",
    '{"model":"opus","env":{"A":"1"},"hooks":{"Stop":[{"hooks":[{"type":"command","command":"x"}]}]}}',
  ],
  ["minified without hooks", '{"model":"opus"}'],
  ["minified with empty hooks", '{"model":"opus","hooks":{}}'],
  ["one line with blanks", '{ "model": "opus", "env": { "A": "1" } }\n'],
  [
    "comments everywhere",
    '// mine\n{\n  // the model\n  "model": "opus", // the best\n  /* env */ "env": { "A": "1" } // last\n  // the end\n}\n// after\n',
  ],
  ["a trailing comma", '{\n  "model": "opus",\n  "env": { "A": "1", },\n}\n'],
  ["a trailing comma with a comment", '{\n  "model": "opus", // note\n}\n'],
  ["empty hooks", '{\n  "hooks": {},\n  "model": "opus"\n}\n'],
  ["an empty event", '{\n  "hooks": {\n    "Stop": []\n  }\n}\n'],
  [
    "another tool in the same events",
    `{\n  "hooks": {\n    "Stop": [\n      ${group("/usr/bin/notify done")}\n    ],\n    "PreToolUse": [\n      {\n        "matcher": "Bash",\n        "hooks": [\n          {\n            "type": "command",\n            "command": "guard.sh"\n          }\n        ]\n      }\n    ]\n  },\n  "model": "opus"\n}\n`,
  ],
  [
    "another tool on one line",
    `{\n  "hooks": {\n    "Stop": [${group("a")}, ${group("b")}],\n    "WorktreeCreate": [${group("c")}]\n  }\n}\n`,
  ],
  [
    "another tool with comments",
    `{\n  "hooks": { // all hooks\n    "Stop": [ // stops\n      ${group("a")}, // first\n      // ${group("off")}\n      ${group("b")} // second\n    ], // done\n    "SessionEnd": [${group("c")}],\n  },\n}\n`,
  ],
  [
    "a handler that looks like fleet's",
    `{\n  "hooks": {\n    "Stop": [\n      ${group("/opt/x/fleet-hook-wrapper claude Stop")},\n      ${group("echo fleet-hook")}\n    ]\n  }\n}\n`,
  ],
  [
    "events that fleet does not know",
    `{\n  "hooks": {\n    "Setup": [${group("a")}],\n    "Tomorrow": "not a list"\n  }\n}\n`,
  ],
  ["rules of the user's", '{\n  "permissions": {\n    "allow": ["Bash(ls:*)"],\n    "deny": []\n  }\n}\n'],
  [
    "one of the rules already there",
    '{\n  "permissions": {\n    "allow": [\n      "Bash(fleet inbox:*)", // mine\n      "Read"\n    ]\n  }\n}\n',
  ],
  ["all of the rules already there", `{"permissions":{"allow":${JSON.stringify(claudeAllowRules)}}}`],
  ["permissions without an allow list", '{\n  "permissions": { "defaultMode": "plan" }\n}\n'],
  ["empty permissions", '{\n  "permissions": {}\n}\n'],
  ["hooks last, uneven indentation", '{"model": "opus",\n     "env": {},\n "hooks": {\n   "Stop": [ ]\n  }}'],
  [
    "escapes and unicode",
    '{\n  "env": { "A": "\\u00e9 \\" // { [ \\\\", "é": "日本 🎉" },\n  "x": "/* no comment */"\n}\n',
  ],
];

/** A settings file in a folder of its own, with fleet's data beside it; both removed after the test. */
export interface TestPlace extends SettingsPlace {
  text(): Promise<string | undefined>;
  write(text: string): Promise<void>;
  forget(): Promise<void>;
}

export async function placeWith(text: string | undefined): Promise<TestPlace> {
  const folder = await mkdtemp(join(tmpdir(), "fleet-settings-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, "settings.json");
  const dataDir = join(folder, "data");
  if (text !== undefined) await writeFile(file, text);
  return {
    file,
    dataDir,
    text: () => readFile(file, "utf8").catch(() => undefined),
    write: (next) => writeFile(file, next),
    forget: () => rm(join(dataDir, "installed"), { recursive: true, force: true }),
  };
}

export async function install(
  place: SettingsPlace,
  set = hooks,
  options: InstallOptions = {},
): Promise<Applied> {
  return applyPlan(await planInstall(place, set, options), { clock: systemClock, dataDir: place.dataDir });
}

export async function uninstall(place: SettingsPlace, set = hooks): Promise<Applied> {
  return applyPlan(await planUninstall(place, set), { clock: systemClock, dataDir: place.dataDir });
}
