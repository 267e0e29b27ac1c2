import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pathsOf } from "@fleetbus/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { emptyHome, runFleet, type RunOptions } from "../../stand-in.test.support.ts";

const config = `
[[cli]]
name = "aide"
timeout_unit = "ms"
[cli.fields]
session = "session.id"
last_text = "output.text"
[cli.events.turn-end]
kind = "turn.stopped"
needs = ["output.text"]
context = "continues"
answer = "block"
`;

let home = "";

beforeEach(async () => {
  home = await emptyHome();
  await mkdir(dirname(fileOf()), { recursive: true });
  await writeFile(fileOf(), config);
});
afterEach(() => rm(home, { recursive: true, force: true }));

const fileOf = () => pathsOf({ HOME: home, FLEET_HOME: home }).configFile;
const fleet = (argv: readonly string[], how: RunOptions = {}) => runFleet(argv, home, how);

describe("fleet hooks command", () => {
  test("prints the line, which points at a client that is there", async () => {
    const ran = await fleet(["hooks", "command", "aide", "turn-end"]);
    expect(ran).toMatchObject({ code: 0, stderr: "its timeout there: 10000 ms\n" });
    const [, client = ""] = /^exec (\S+) aide turnend\n$/.exec(ran.stdout) ?? [];
    expect(client).toBe(join(home, "data", "hooks", "fleet-hook"));
    expect(await readFile(client, "utf8")).toContain("fleet-hook");
  });

  test.each([
    [["aide", "turn-ent"], 3, `printing the hook of aide's "turn-ent": did you mean turn-end?`],
    [["aid", "turn-end"], 3, `looking for the CLI "aid": did you mean aide?`],
    [["codex", "Stop"], 2, "printing a hook of codex: fleet hooks install --codex writes all of them"],
  ] as const)("%j is refused with the way out", async (words, code, said) => {
    const ran = await fleet(["hooks", "command", ...words]);
    expect(ran).toMatchObject({ code, stdout: "" });
    expect(ran.stderr).toContain(said);
  });
});

describe("fleet hooks test", () => {
  const payload = { session: { id: "s1" }, output: { text: "all green" }, mood: "fine" };

  test("says what a payload means, what is not read and how an answer looks", async () => {
    const ran = await fleet(["hooks", "test", "aide", "turn-end"], { stdin: JSON.stringify(payload) });
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    expect(ran.stdout).toMatch(/meaning +turn\.stopped/);
    expect(ran.stdout).toContain('"lastText":"all green"');
    expect(ran.stdout).toMatch(/not read +mood/);
    expect(ran.stdout).toMatch(/an answer +\{"decision":"block","reason":"…"\}/);
  });

  test("names what is missing, and ends with a failure", async () => {
    const stdin = '{"session":{"id":"s1"}}';
    const ran = await fleet(["hooks", "test", "aide", "turn-end", "--json"], { stdin });
    expect(ran.code).toBe(2);
    expect(JSON.parse(ran.stdout)).toMatchObject({ missing: ["output.text"] });
    expect(ran.stderr).toContain("reading aide's turn-end: missing output.text");
  });

  test.each([
    ["no JSON", "beep", "4 bytes that are no JSON object"],
    ["nothing", "", "0 bytes that are no JSON object"],
    ["a payload of no session", "{}", "no session.id in it"],
  ])("%s is refused, with the reason", async (_, stdin, said) => {
    const ran = await fleet(["hooks", "test", "aide", "turn-end"], { stdin });
    expect(ran.code).not.toBe(0);
    expect(ran.stderr).toContain(said);
  });

  test("an event that its table lacks means nothing", async () => {
    const ran = await fleet(["hooks", "test", "aide", "nap"], { stdin: JSON.stringify(payload) });
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.stdout).toContain("nothing: its table has no such event");
  });
});
