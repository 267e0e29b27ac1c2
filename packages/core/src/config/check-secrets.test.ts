import { expect, it } from "vitest";
import { z } from "zod";
import { absentSecrets } from "./check-secrets.ts";
import { loadConfig } from "./load.ts";

const schemas = {
  ntfy: {
    config: z.strictObject({ topic: z.string(), token: z.string().meta({ secret: true }).optional() }),
    urls: { schemes: ["ntfy"], parse: () => ({ topic: "x" }) },
  },
};
const sources = {
  env: { TOKEN: "x", EMPTY: "" },
  readFile: async (path: string) => {
    if (path === "/run/there") return "content";
    throw new Error("ENOENT: no such file");
  },
};

async function toldOf(...lines: readonly string[]): Promise<readonly string[]> {
  const loaded = loadConfig(lines.join("\n"), { path: "fleet.toml", mode: 0o600 }, schemas);
  const problems = await absentSecrets(loaded, schemas, sources);
  return problems.map(({ line, column, path, message }) => `${line}:${column} ${path}: ${message}`);
}

const entry = (...keys: readonly string[]) => [
  "[[adapter]]",
  'name = "a"',
  'type = "ntfy"',
  'topic = "t"',
  ...keys,
];

it.each([
  [entry('token = "env:TOKEN"')],
  [entry('token = "file:/run/there"')],
  [entry('token = "literal"')],
  [entry('token = "env:NOPE"', "enabled = false")],
  [["[server]", 'creds = "file:/run/there"']],
  [["[[adapter]]", 'name = "own"', 'type = "./mine.mjs"', 'topic = "env:NOPE"']],
])("%j names nothing that is not there", async (lines) => {
  expect(await toldOf(...lines)).toEqual([]);
});

it.each([
  [
    entry('token = "env:NOPE"'),
    "5:1 adapter[0].token: reading secret env:NOPE: it is not set; set it where the daemon is started, or write file:/path",
  ],
  [
    entry('token = "env:EMPTY"'),
    "5:1 adapter[0].token: reading secret env:EMPTY: it is empty; set it where the daemon is started, or write file:/path",
  ],
  [
    entry('token = "file:/gone"'),
    "5:1 adapter[0].token: reading secret file:/gone: ENOENT: no such file; put the secret there, for the daemon's user to read",
  ],
  [
    ["[[adapter]]", 'name = "a"', 'url = "env:NOPE"'],
    "3:1 adapter[0].url: reading secret env:NOPE: it is not set; set it where the daemon is started, or write file:/path",
  ],
  [
    ["[run]", 'key = "env:NOPE"'],
    "2:1 run.key: reading secret env:NOPE: it is not set; set it where the daemon is started, or write file:/path",
  ],
  [
    ["[[adapter]]", 'name = "own"', 'type = "./mine.mjs"', 'token = "env:NOPE"'],
    "4:1 adapter[0].token: reading secret env:NOPE: it is not set; set it where the daemon is started, or write file:/path",
  ],
])("%j names what is not there: %s", async (lines, problem) => {
  expect(await toldOf(...lines)).toEqual([problem]);
});
