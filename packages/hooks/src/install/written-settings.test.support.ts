const group = (command: string, more = "") =>
  `{ ${more}"hooks": [{ "type": "command", "command": ${JSON.stringify(command)}, "timeout": 60 }] }`;

/** As long as the settings of somebody who allowed thousands of commands one by one. */
const rules = Array.from({ length: 8_000 }, (_, index) => `      "Bash(npm run task-${index}:*)"`);

/** Settings as the CLIs themselves and other tools write them, and as hands spoil them: name, text. */
export const writtenSettings: readonly (readonly [string, string])[] = [
  [
    "what Claude Code writes",
    '{\n  "$schema": "https://json.schemastore.org/claude-code-settings.json",\n  "permissions": {\n    "allow": [\n      "WebSearch"\n    ],\n    "defaultMode": "acceptEdits"\n  },\n  "statusLine": {\n    "type": "command",\n    "command": "~/.claude/line.sh"\n  },\n  "enabledPlugins": {},\n  "feedbackSurveyState": {\n    "lastShownTime": 1754089004345\n  }\n}',
  ],
  [
    "what Gemini CLI writes",
    '{\n  "security": {\n    "auth": {\n      "selectedType": "gemini-api-key"\n    }\n  },\n  "ui": {\n    "theme": "Default"\n  },\n  "hooksConfig": {\n    "enabled": true\n  }\n}',
  ],
  [
    "a matcher before ours",
    `{\n  "hooks": {\n    "Stop": [${group("first.sh", '"matcher": "*", ')}]\n  }\n}\n`,
  ],
  [
    "groups of another form",
    `{\n  "hooks": {\n    "Stop": [\n      { "type": "command", "command": "flat.sh" },\n      ${group("a", '"sequential": true, ')},\n      { "hooks": [{ "type": "prompt", "prompt": "done?" }] },\n      "beep", null, 3, [],\n      { "hooks": null }, { "hooks": "x" }, {}\n    ]\n  }\n}\n`,
  ],
  ["a hook of http", '{"hooks":{"Stop":[{"hooks":[{"type":"http","url":"http://127.0.0.1:8799/Stop"}]}]}}\n'],
  [
    "keys twice that are none of fleet's",
    '{\n  "model": "a",\n  "model": "b",\n  "hooks": { "Tomorrow": 1, "Tomorrow": 2 }\n}\n',
  ],
  [
    "values of wrong types elsewhere",
    '{"model": null, "permissions": null, "env": [], "hooks": {"Tomorrow": null}}\n',
  ],
  ["CR in CRLF only here and there", '{\r\n  "a": 1,\n  "b": 2,\r\n\n  "hooks": {\n  }\r\n}'],
  ["tabs and blanks mixed", '{\n\t  "a": 1,\n  \t"hooks": {\n\t\t "Stop": [\n   ]\n\t}\n }\n\n\n'],
  ["all in a column at the left", '{\n"a": {\n"b": 1\n},\n"hooks": {\n"Stop": [\n]\n}\n}\n'],
  ["commas at the front", '{ "a": 1\n, "b": 2\n, "hooks": { "Stop": [ ] }\n}\n'],
  [
    "comments between everything",
    '/*1*/{/*2*/"hooks"/*3*/:/*4*/{/*5*/"Stop"/*6*/:/*7*/[/*8*/]/*9*/}/*10*/}/*11*/',
  ],
  [
    "a key that is a prototype's",
    '{\n  "__proto__": { "x": 1 },\n  "hooks": { "constructor": [], "__proto__": [] }\n}\n',
  ],
  [
    "fleet's name in texts",
    '{ "note": "fleet-hook claude Stop", "env": { "FLEET_HOOK": "/x/fleet-hook codex Stop" } }\n',
  ],
  ["8,000 rules", `{\n  "permissions": {\n    "allow": [\n${rules.join(",\n")}\n    ]\n  }\n}\n`],
];
