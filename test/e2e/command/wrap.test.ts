import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { isAlive } from "../../support/alive.ts";
import { buildPackage, type BuiltPackage } from "../../support/fleet/package.ts";
import { openTerminal, type TestTerminal } from "../../support/pty.ts";
import { eventually } from "../../support/tmux.ts";
import { root } from "../../support/tree.ts";

let bare: BuiltPackage;
let full: BuiltPackage;
let home: string;
const terminals: TestTerminal[] = [];
const clis = ["claude", "codex", "gemini", "grok"];

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "fleet-wrap-"));
  bare = await buildPackage();
  full = await buildPackage();
  await symlink(join(root, "node_modules"), join(full.folder, "node_modules"));
  const stub = '#!/bin/sh\nprintf "%s|" "${0##*/}" "$@" "$FLEET_SESSION"\ncat\n';
  for (const cli of clis) await writeFile(join(home, cli), stub, { mode: 0o755 });
  await writeFile(join(home, "notes"), "first line\nsecond line\n");
});
afterEach(() => {
  for (const terminal of terminals.splice(0)) terminal.close();
});
afterAll(async () => {
  await Promise.all([bare?.remove(), full?.remove(), rm(home, { recursive: true, force: true })]);
});

const environment = () => ({
  ...{ HOME: home, FLEET_HOME: home, FLEET_NO_AUTOSTART: "1", LC_ALL: "C.UTF-8" },
  PATH: `${home}:${process.env["PATH"] ?? ""}`,
});
const open = (argv: readonly string[]) => {
  const terminal = openTerminal(argv, { env: environment(), cwd: home });
  terminals.push(terminal);
  return terminal;
};
const fleet = (...argv: readonly string[]) => open([process.execPath, full.bin, ...argv]);
const wrapped = (...argv: readonly string[]) => fleet("wrap", "--", ...argv);
const sh = (script: string) => wrapped("sh", "-c", script);

/** A command that does one thing on a signal and ends. A shell's trap can lose one that comes while it forks. */
const on = (signal: string, does: string) => {
  const script = `process.on("${signal}", () => { ${does} }); console.log("ready"); setInterval(() => {}, 1000)`;
  return wrapped(process.execPath, "-e", script);
};

/** One recorded session: what is typed, each time once the screen shows what it waits for. */
interface Recorded {
  readonly command: readonly string[];
  readonly steps: readonly (readonly [shows: RegExp, keys: string])[];
}

async function play({ command, steps }: Recorded, start: (argv: readonly string[]) => TestTerminal) {
  const terminal = start(command);
  for (const [shows, keys] of steps) {
    await terminal.waitFor(shows);
    terminal.type(keys);
  }
  const code = await terminal.ended;
  return { code, output: terminal.output().toString("latin1") };
}

describe("fleet wrap around a full-screen program", () => {
  const sessions: readonly (readonly [string, Recorded])[] = [
    [
      "vim",
      {
        command: ["vim", "--clean", "-n", "-i", "NONE", "notes"],
        steps: [
          [/first line[^]*\u001b\[\?25h/, "i"],
          [/INSERT/, "h\u00e4llo wide world"],
          [/wide world/, "\u0003"],
          [/\u001b\[24;1H\u001b\[K/, ":%s/wide/small/\r"],
          [/small/, ":cquit 5\r"],
        ],
      },
    ],
    [
      "less",
      {
        command: ["sh", "-c", "seq 1 500 | less -R"],
        steps: [
          [/23\S*\r\n:/, " "],
          [/46\S*\r\n:/, "G"],
          [/500\S*\r\n[^]*END/, "?^44\r"],
          [/44\S*\r\n[^]*:/, "q"],
        ],
      },
    ],
  ];

  it.each(sessions)("is byte-identical to %s run bare over a recorded session", async (_, recorded) => {
    const alone = await play(recorded, open);
    const held = await play(recorded, (argv) => wrapped(...argv));
    expect(alone.output.length).toBeGreaterThan(500);
    expect(held).toEqual(alone);
  });
});

describe("fleet wrap at a terminal", () => {
  it.each([
    ["exit 7", 7],
    ["kill -TERM $$", 143],
    ["kill -KILL $$", 137],
  ])("%s gives %d", async (script, code) => {
    expect(await sh(script).ended).toBe(code);
  });

  it("says what could not be started: 126 and 127", async () => {
    const missing = wrapped("no-such-command");
    await missing.waitFor(/no-such-command: no such command/);
    expect(await missing.ended).toBe(127);
    expect(await wrapped(home).ended).toBe(126);
  });

  it("gives the command the size and the settings of the terminal, and tells it of each new size", async () => {
    const terminal = open([
      ...["sh", "-c", 'stty erase @ -ixon; exec "$@"', "sh", process.execPath, full.bin],
      ...["wrap", "--", "sh", "-c", "trap 'stty size' WINCH; stty size; stty -a; while :; do read x; done"],
    ]);
    await terminal.waitFor(/24 80[^]*erase = @;[^]*-ixon/);
    terminal.resize(101, 33);
    terminal.type("\r");
    await terminal.waitFor(/33 101/);
  });

  it("hands keys on as bytes: C-c is the command's, and so is a large paste", async () => {
    const interrupted = on("SIGINT", 'console.log("got it"); process.exit(3)');
    await interrupted.waitFor(/ready/);
    interrupted.type("\u0003");
    await interrupted.waitFor(/got it/);
    expect(await interrupted.ended).toBe(3);
    const paste = sh("stty raw -echo; printf ready; head -c 300000 | cksum");
    await paste.waitFor(/ready/);
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 256));
    paste.type(bytes);
    const [sum = ""] = spawnSync("cksum", { input: bytes }).stdout.toString().trim().split("\n");
    await paste.waitFor(new RegExp(sum));
    expect(await paste.ended).toBe(0);
  });

  it.each(["SIGTERM", "SIGHUP", "SIGINT"] as const)("hands %s on to the command", async (signal) => {
    const terminal = on(signal, 'console.log("heard"); process.exit(9)');
    await terminal.waitFor(/ready/);
    process.kill(terminal.pid, signal);
    await terminal.waitFor(/heard/);
    expect(await terminal.ended).toBe(9);
  });

  it("a command that stops itself on C-z gives the shell its terminal back, and goes on by fg", async () => {
    const itself = "stty raw -echo; echo ready; head -c 1 >/dev/null; kill -STOP $$; echo back; exit 6";
    const held = [process.execPath, full.bin, "wrap", "--", "sh", "-c", itself];
    const shell = 'set -m; "$@"; stty -a; echo "stopped"; fg >/dev/null; echo "ended with $?"';
    const terminal = open(["sh", "-c", shell, "sh", ...held]);
    await terminal.waitFor(/ready/);
    terminal.type("\u001a");
    await terminal.waitFor(/ icanon [^]*stopped[^]*back[^]*ended with 6/);
  });

  it("where no shell could continue it, C-z leaves the command running", async () => {
    const terminal = sh("stty raw -echo; echo ready; head -c 1 >/dev/null; kill -STOP $$; echo back; exit 6");
    await terminal.waitFor(/ready/);
    terminal.type("\u001a");
    await terminal.waitFor(/back/);
    expect(await terminal.ended).toBe(6);
  });

  it("hangs up on the command when its terminal is closed", async () => {
    const file = join(home, "hung-up");
    const terminal = on("SIGHUP", `fs.writeFileSync("${file}", "hup"); process.exit()`);
    await terminal.waitFor(/ready/);
    terminal.hangUp();
    await eventually(
      async () => ((await readFile(file, "utf8").catch(() => "")) === "hup" ? true : undefined),
      () => `the command to notice that its terminal is gone`,
    );
    expect(await terminal.ended).toBeTypeOf("number");
    await eventually(
      () => (isAlive(terminal.pid) ? undefined : true),
      () => "fleet to end with it",
    );
    expect(await readdir(join(home, "run"))).not.toContain(`pty-${terminal.pid}`);
  });

  it("leaves the terminal as it was", async () => {
    const held = [process.execPath, full.bin, "wrap", "--", "sh", "-c", "stty raw; kill -KILL $$"];
    const terminal = open(["sh", "-c", 'stty -g; "$@"; echo; stty -g; echo end', "sh", ...held]);
    await terminal.waitFor(/end\r\n/);
    const [before, after] =
      terminal
        .output()
        .toString()
        .match(/[0-9a-f]+(:[0-9a-f]+)+/g) ?? [];
    expect(before).toBeDefined();
    expect(after).toBe(before);
  });

  it.each(clis)("[row 27] fleet %s -c is fleet wrap for it, with every flag its own", async (cli) => {
    const alone = fleet(cli, "-c", "--name", "x y");
    await alone.waitFor(new RegExp(`${cli}\\|-c\\|--name\\|x y\\|\\|`));
  });

  it("[row 27] a session gets its name by --name before the command alone; another word is none of fleet's", async () => {
    const named = fleet("wrap", "--name", "web", "--", "claude", "-c");
    await named.waitFor(/claude\|-c\|web\|/);
    const unknown = fleet("cluade");
    await unknown.waitFor(/no command is called "cluade"; did you mean claude\?/);
    expect(await unknown.ended).toBe(2);
  });

  it("without the library says what is missing, and starts nothing: 125", async () => {
    const terminal = open([process.execPath, bare.bin, "wrap", "--", "sh", "-c", "echo started"]);
    expect(await terminal.ended).toBe(125);
    const said = terminal.output().toString();
    expect(said).toContain("the optional library @lydell/node-pty cannot be loaded");
    expect(said).toContain("npm install -g fleetbus --include=optional");
    expect(said).not.toMatch(/^started/m);
  });
});

describe("fleet wrap where a stream is no terminal", () => {
  it.each(clis)("[row 27] gives %s the streams themselves, and needs no library for it", (cli) => {
    const ran = spawnSync(process.execPath, [bare.bin, cli, "-p", "say hi"], {
      ...{ env: environment(), cwd: home, input: "from the pipe" },
    });
    expect(ran).toMatchObject({ status: 0, signal: null });
    expect(ran.stdout.toString()).toBe(`${cli}|-p|say hi||from the pipe`);
    expect(ran.stderr.toString()).toBe("");
  });

  it.each([
    [["sh", "-c", "echo out; echo err >&2; exit 4"], 4, "out\n", "err\n"],
    [["no-such-command"], 127, "", "fleet: no-such-command: no such command\n"],
  ])("%j gives %d", (argv, status, out, err) => {
    const ran = spawnSync(process.execPath, [bare.bin, "wrap", "--", ...argv], { env: environment() });
    expect({ status: ran.status, out: ran.stdout.toString(), err: ran.stderr.toString() }).toEqual({
      ...{ status, out, err },
    });
  });
});
