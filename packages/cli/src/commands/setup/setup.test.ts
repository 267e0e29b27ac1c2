import { chmod, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { startStandIn, type RunOptions, type StandIn } from "../../stand-in.test.support.ts";

const status = {
  version: "0.1.0",
  machine: "lab",
  pid: 1,
  server: { url: "nats://x", isConnected: true },
  spool: { pending: 0, bytes: 0, torn: 0 },
};
const before = '{"model":"opus"}';

let daemon: StandIn;
let file = "";

beforeEach(async () => {
  daemon = await startStandIn({ "GET /v1/status": status, "GET /v1/sessions": { items: [] } });
  file = join(daemon.home, ".claude", "settings.json");
  await mkdir(join(daemon.home, ".claude"));
  await writeFile(file, before);
  await writeFile(join(daemon.home, "claude"), "#!/bin/sh\n", { mode: 0o755 });
});
afterEach(() => daemon.close());

const fleet = (argv: readonly string[], how: RunOptions = {}) =>
  daemon.fleet(argv, { ...how, env: { PATH: `${daemon.home}:/usr/bin:/bin` } });

/** A CLI that says its version, and nothing else. */
const program = (name: string, says: string) =>
  writeFile(join(daemon.home, name), `#!/bin/sh\n[ "$1" = --version ] && echo '${says}'\n`, { mode: 0o755 });
const confirmed = (asked: string[], answer: (question: string) => boolean) => (question: string) => {
  asked.push(question);
  return Promise.resolve(answer(question));
};
const read = () => readFile(file, "utf8");

describe("fleet setup", () => {
  test("finds the CLIs with their versions, shows each change, makes it with --yes and says what runs", async () => {
    await program("claude", "2.1.329 (Claude Code)");
    const ran = await fleet(["setup", "--yes"]);
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining("@@") });
    expect(ran.stderr).toMatch(/found Claude Code 2\.1\.329: .*\/claude\n/);
    expect(ran.stderr).toContain("not on PATH: Codex, Gemini CLI, Grok Build\n");
    expect(ran.stderr).toMatch(/daemon 0\.1\.0 of lab runs/);
    const text = await read();
    for (const part of ["fleet-hook", "Bash(fleet reply:*)", "fleet-line claude"])
      expect(text).toContain(part);
    expect(ran.stderr).toContain('fleet pub <name> "hello" --wait done');
  });

  test("a second run shows that all is done, and changes nothing", async () => {
    await fleet(["setup", "--yes"]);
    const text = await read();
    const again = await fleet(["setup", "--yes"]);
    expect(again).toMatchObject({
      code: 0,
      stdout: "",
      stderr: expect.stringContaining("all of it was set up already"),
    });
    expect(await read()).toBe(text);
  });

  test("asks for each on its own: hooks, rules, status line; what is declined is left out", async () => {
    const asked: string[] = [];
    const ran = await fleet(["setup"], {
      confirm: confirmed(asked, (question) => question.startsWith("Make this")),
    });
    expect(asked).toEqual([
      `Make this change in ${file}?`,
      "Let Claude Code read its fleet inbox, reply and report without asking you each time?",
      "Show the fleet in the status line of Claude Code?",
    ]);
    expect(ran.stderr).toContain("no rules added: a woken session asks you before it reads or answers");
    const text = await read();
    const parts = ["fleet-hook", "permissions", "statusLine"].map((part) => text.includes(part));
    expect(parts).toEqual([true, false, false]);
  });

  test("without the hooks it asks for nothing more, and goes on", async () => {
    const asked: string[] = [];
    expect((await fleet(["setup"], { confirm: confirmed(asked, () => false) })).code).toBe(0);
    expect([asked.length, await read()]).toEqual([1, before]);
  });

  test("--dry-run shows every change and makes none, with a terminal or without, and starts nothing", async () => {
    const asked: string[] = [];
    for (const how of [{}, { confirm: confirmed(asked, () => true) }]) {
      const ran = await fleet(["setup", "--dry-run"], how);
      expect(ran).toMatchObject({ code: 0, stderr: expect.stringContaining("nothing was written") });
      expect(ran.stderr).not.toMatch(/no rules added|uninstall/);
      for (const part of ["fleet-hook", "Bash(fleet reply:*)", "fleet-line"])
        expect(ran.stdout).toContain(part);
    }
    expect([asked, await read()]).toEqual([[], before]);
    expect(daemon.asked).toEqual([]);
    await expect(stat(join(daemon.home, "data"))).rejects.toMatchObject({ code: "ENOENT" });
  });

  test.each([[[]], [["--yes", "--dry-run"]]])(
    "with %j and no terminal it changes nothing: exit 2",
    async (flags) => {
      expect(await fleet(["setup", ...flags])).toMatchObject({
        ...{ code: 2, stdout: "" },
        stderr: expect.stringContaining("--yes"),
      });
      expect(await read()).toBe(before);
    },
  );

  test("a CLI that is too old is told and left alone; the others are set up, and the exit code says it", async () => {
    await program("claude", "1.0.35 (Claude Code)");
    await program("gemini", "0.61.0");
    const ran = await fleet(["setup", "--yes"]);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain("Claude Code: 1.0.35 is too old, fleet's hooks need 2.1.152 or newer");
    expect(ran.stderr).toContain("setting up Claude Code: not all of it could be done");
    expect(await read()).toBe(before);
    expect(await readFile(join(daemon.home, ".gemini", "settings.json"), "utf8")).toContain("fleet-hook");
  });

  test.each([
    ["invalid", "{ not json", /settings\.json:1:3: /],
    ["of another shape", '{"hooks":[]}', /"hooks" is no object/],
  ])("settings that are %s keep the other CLIs from nothing, and stay as they are", async (_, text, said) => {
    await writeFile(file, text);
    await program("grok", "grok 1.0.41");
    const ran = await fleet(["setup", "--yes"]);
    expect(ran).toMatchObject({ code: 1, stderr: expect.stringMatching(said) });
    expect(await read()).toBe(text);
    expect(await readFile(join(daemon.home, ".grok", "hooks", "fleet.json"), "utf8")).toContain("fleet-hook");
    expect(ran.stderr).toMatch(/daemon 0\.1\.0 of lab runs/);
  });

  test("read-only settings are told with their place, and stay", async () => {
    await chmod(file, 0o444);
    const ran = await fleet(["setup", "--yes"]);
    expect(ran).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`writing ${file}: it is read-only`),
    });
    expect(await read()).toBe(before);
  });

  test("a status line that cannot be added to keeps the hooks from nothing", async () => {
    await writeFile(file, '{"statusLine":"odd"}');
    const ran = await fleet(["setup", "--yes"]);
    expect(ran).toMatchObject({ code: 1, stderr: expect.stringContaining('"statusLine" is no object') });
    expect(await read()).toContain("fleet-hook");
  });

  test("without any CLI it says what would help, and starts the daemon all the same", async () => {
    await rm(join(daemon.home, "claude"));
    const ran = await fleet(["setup", "--yes"]);
    expect(ran).toMatchObject({ code: 0, stdout: "", stderr: expect.stringContaining("no agent CLI") });
    expect(ran.stderr).toMatch(/daemon 0\.1\.0 of lab runs/);
  });

  test("who has the plugin is kept on it: no hooks in the settings, rules and status line as ever", async () => {
    await fleet(["hooks", "install", "--plugin", "--apply"]);
    expect((await fleet(["setup", "--yes"])).code).toBe(0);
    const text = await read();
    const parts = ["fleet-hook", "Bash(fleet reply:*)", "fleet-line"].map((part) => text.includes(part));
    expect(parts).toEqual([false, true, true]);
    expect((await fleet(["hooks", "uninstall", "--claude", "--apply"])).code).toBe(0);
    expect(await read()).toBe(before);
  });

  test("Codex: says that it asks for trust and when it is listed, and later whether it trusts", async () => {
    await program("codex", "codex-cli 0.169.0");
    const first = await fleet(["setup", "--yes"]);
    expect(first.stderr).toContain("Codex runs new hooks only after you trusted them");
    expect(first.stderr).toContain("Codex: it shows in fleet ls with its first prompt, not at its start");
    const untrusted = await fleet(["setup", "--yes"]);
    expect(untrusted.stderr).toContain("Codex: its hooks are not trusted yet");
    const hooks = join(daemon.home, ".codex", "hooks.json");
    const events = Object.keys(
      z.object({ hooks: z.record(z.string(), z.unknown()) }).parse(JSON.parse(await readFile(hooks, "utf8")))
        .hooks,
    );
    const trust = events.map((event) => `[hooks.state."${hooks}:${event}:0:0"]\ntrusted_hash = "sha256:1"\n`);
    await writeFile(join(daemon.home, ".codex", "config.toml"), trust.join(""));
    expect((await fleet(["setup", "--yes"])).stderr).not.toContain("not trusted yet");
  });
});

describe("the first wake", () => {
  const web = { machine: "lab", name: "web", state: "idle", hooked: true, wake: true };
  const answer = { id: "m1", to: ["lab/web"], stage: "stored", isDuplicate: false };
  const done = {
    id: "m1",
    stage: "done",
    to: { machine: "lab", session: "web" },
    lastText: "It reached me.",
  };
  const yes = (asked: string[]) => confirmed(asked, (question) => question.startsWith("Wake"));

  test("is offered for a session that is idle, tells each stage and the session's own words", async () => {
    daemon.on("GET /v1/sessions", { items: [{ ...web, name: "far", machine: "other" }, web] });
    daemon.on("POST /v1/messages", answer);
    daemon.on("GET /v1/messages/m1/receipts", [{ ...done, time: new Date().toISOString() }]);
    const asked: string[] = [];
    const ran = await fleet(["setup"], { confirm: yes(asked) });
    expect(asked.at(-1)).toBe("Wake web now, to see it work? It costs it one turn.");
    expect(daemon.asked.find(({ route }) => route === "POST /v1/messages")?.body).toMatchObject({
      target: "web",
    });
    expect(ran).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("web was woken, and says: It reached me."),
    });
  });

  test.each([
    ["--yes", ["--yes"], [web], "fleet pub web "],
    ["a session that is busy", [], [{ ...web, state: "busy" }], "fleet pub web "],
    ["one without hooks", [], [{ ...web, hooked: false }], "start an agent"],
    ["one that ended", [], [{ ...web, state: "ended" }], "start an agent"],
    ["nobody there", [], [], "start an agent"],
  ])("wakes nobody with %s, and tells how", async (_, flags, items, told) => {
    daemon.on("GET /v1/sessions", { items });
    const asked: string[] = [];
    const ran = await fleet(["setup", ...flags], { confirm: yes(asked) });
    expect(ran).toMatchObject({ code: 0, stderr: expect.stringContaining(told) });
    expect(daemon.asked.map(({ route }) => route)).not.toContain("POST /v1/messages");
  });
});
