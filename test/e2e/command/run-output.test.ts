import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { fleetCommand } from "../../support/fleet/command.ts";
import { startFleet, type Fleet } from "../../support/fleet/fleet.ts";
import { startCommand, type RunningCommand } from "../../support/fleet/running.ts";
import { endOfRun, eventsOfRun } from "../../support/fleet/runs.ts";
import { startPuppet } from "../../support/fleet/puppet.ts";
import { startTmux } from "../../support/tmux.ts";

let fleet: Fleet;
const running: RunningCommand[] = [];
const run = (...argv: readonly string[]) => fleetCommand(fleet, ["run", ...argv]);
const start = (...argv: readonly string[]) => {
  const command = startCommand(fleet, ["run", ...argv]);
  running.push(command);
  return command;
};

beforeAll(async () => {
  fleet = await startFleet();
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.end("SIGKILL")));
});
afterAll(async () => {
  await fleet?.close();
});

describe("the output of a run", () => {
  it("is passed on byte by byte, 50 MB of no text at all, without being held in memory", async () => {
    const script = join(fleet.home, "bytes.mjs");
    // Every byte there is, in no order; the run's own memory is told at the end by the kernel.
    await writeFile(
      script,
      `import { createHash } from "node:crypto"; import { readFileSync, writeSync } from "node:fs";
const block = Buffer.alloc(65536); const hash = createHash("sha256"); let x = 1;
for (let n = 0; n < 800; n += 1) {
  for (let i = 0; i < block.length; i += 1) { x = (x * 1103515245 + 12345) & 0x7fffffff; block[i] = x >> 16; }
  hash.update(block);
  for (let at = 0; at < block.length;) at += writeSync(1, block, at);
}
const status = readFileSync("/proc/" + process.ppid + "/status", "utf8");
writeSync(2, hash.digest("hex") + " " + /VmHWM:\\s+(\\d+)/.exec(status)[1]);`,
    );
    const child = spawn(
      process.execPath,
      [fleet.command, "run", "--title", "big", "--", process.execPath, script],
      {
        env: environment(),
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    const hash = createHash("sha256");
    let [bytes, said] = [0, ""];
    child.stdout.on("data", (chunk: Buffer) => {
      hash.update(chunk);
      bytes += chunk.length;
    });
    child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
    await ended(child);
    const [digest, peakKb] = said.split(" ");
    expect(bytes).toBe(800 * 65_536);
    expect(hash.digest("hex")).toBe(digest);
    expect(Number(peakKb)).toBeLessThan(160_000);
    expect(await endOfRun(fleet, "big")).toMatchObject({ outputBytes: 800 * 65_536 + said.length });
  });

  it("[row 144] is told each interval, when something new was written", async () => {
    const script = "echo first; sleep 0.7; echo second; sleep 1.2; echo third";
    await run("--title", "parts", "--notify-on", "partial", "--interval", "400ms", "--", "sh", "-c", script);
    const events = await eventsOfRun(fleet, "parts");
    const parts = events.filter(({ kind }) => kind === "run.output");
    expect(parts.map(({ data }) => data["tail"])).toEqual(["first\n", "first\nsecond\n"]);
    expect(parts.map(({ data }) => [data.trigger, data["seq"]])).toEqual([
      ["partial", 1],
      ["partial", 2],
    ]);
    expect(events.map(({ kind }) => kind)).toEqual([
      "run.started",
      "run.output",
      "run.output",
      "run.finished",
    ]);
  });

  it("[row 144] is told when a line fits the regex, colours or not: the first at once, the others counted", async () => {
    const script = "printf 'ok\\n\\033[31mERROR a\\033[0m\\nERROR b\\nno ERROR\\nERROR c\\n'; sleep 0.3";
    await run("--title", "lines", "--notify-on", "regex:^ERROR", "--", "sh", "-c", script);
    const told = (await eventsOfRun(fleet, "lines")).filter(({ kind }) => kind === "run.output");
    expect(told.map(({ data }) => [data.trigger, data["line"], data["matches"]])).toEqual([
      ["regex", "ERROR a", 1],
      ["regex", "ERROR c", 2],
    ]);
  });

  it("is passed on, and signals too, while a regex takes for ever; that is said once, and the next line that fits is told", async () => {
    // 2^60 steps on the first line: what comes after it comes before the regex has done with it, or never
    const script = `trap 'echo signalled; go=1' USR1; echo ${"a".repeat(60)}b; while [ -z "$go" ]; do sleep 0.05; done; echo aaa; exit 3`;
    const title = ["--title", "endless"];
    const waiting = start(...title, "--notify-on", "regex:^(a+)+$", "--", "bash", "-c", script);
    await waiting.until(/b\n/);
    expect(await waiting.end("SIGUSR1")).toBe(3);
    expect(waiting.stdout()).toBe(`${"a".repeat(60)}b\nsignalled\naaa\n`);
    const warning = "--notify-on: the regex takes too long: given up after 250 ms on 1 line";
    expect(waiting.stderr()).toBe(`fleet: ${warning}\n`);
    const events = await eventsOfRun(fleet, "endless");
    expect(events.map(({ kind }) => kind)).toEqual(["run.started", "run.output", "run.finished"]);
    expect(events[1]?.data).toMatchObject({ line: "aaa", matches: 1 });
    expect(events[2]?.data).toMatchObject({ exitCode: 3, warnings: [warning] });
  });

  it("is told in pieces with --output", async () => {
    await run("--title", "all", "--output", "--", "sh", "-c", "echo a; sleep 0.8; echo b; printf c");
    const told = (await eventsOfRun(fleet, "all")).filter(({ kind }) => kind === "run.output");
    expect(told.map(({ data }) => data["output"])).toEqual(["a\n", "b\nc"]);
  });
});

describe("a run whose end cannot be told", () => {
  it("comes to the bus when the server is back, with the tail", async () => {
    const go = join(fleet.home, "go");
    const script = `echo before; until [ -e '${go}' ]; do sleep 0.05; done; echo after; exit 7`;
    const waiting = start("--title", "outage", "--", "sh", "-c", script);
    await waiting.until(/before/);
    process.kill(await fleet.serverPid(), "SIGKILL");
    await writeFile(go, "");
    expect(await waiting.end("SIGCONT")).toBe(7);
    const events = await eventsOfRun(fleet, "outage");
    expect(events.map(({ kind }) => kind)).toEqual(["run.started", "run.finished"]);
    expect(events.at(-1)?.data).toMatchObject({ exitCode: 7, tail: "before\nafter\n" });
  });

  it("is kept in files when the daemon is away, said once, and told once by the next one", async () => {
    await fleet.daemon.kill("SIGKILL");
    const ran = await run("--title", "away", "--", "sh", "-c", "echo hi; exit 3");
    expect(ran).toMatchObject({ code: 3, stdout: "hi\n" });
    expect(ran.stderr.trim().split("\n")).toEqual([
      expect.stringMatching(/kept in files, which the next daemon sends$/),
    ]);
    await fleet.daemon.start();
    const events = await eventsOfRun(fleet, "away");
    expect(events.map(({ kind }) => kind)).toEqual(["run.started", "run.finished"]);
  });

  it("waits no longer than 5 s for a daemon that hangs, and is told once when it goes on", async () => {
    process.kill(fleet.daemon.pid, "SIGSTOP");
    const before = performance.now();
    try {
      const ran = await run("--title", "hung", "--", "sh", "-c", "echo hi; exit 3");
      expect(ran).toMatchObject({
        code: 3,
        stdout: "hi\n",
        stderr: expect.stringMatching(/no answer within 5 s/),
      });
      expect(performance.now() - before).toBeGreaterThan(4900);
    } finally {
      process.kill(fleet.daemon.pid, "SIGCONT");
    }
    expect((await eventsOfRun(fleet, "hung")).map(({ kind }) => kind)).toEqual([
      "run.started",
      "run.finished",
    ]);
  });

  it("is nobody's error when its folder cannot be written either", async () => {
    const env = { FLEET_HOME: "/dev/null/nowhere" };
    const ran = await fleetCommand(fleet, ["run", "--", "sh", "-c", "exit 4"], { env });
    expect(ran.code).toBe(4);
    expect(ran.stderr).toMatch(/^fleet: run\.started is not told: .*\n$/);
  });
});

describe("a run in a session", () => {
  it("is told as that session's", async () => {
    const puppet = await startPuppet({ name: "web", home: fleet.home, client: fleet.client });
    try {
      await fleet.untilState("web", ["idle", "starting"]);
      await fleetCommand(fleet, ["run", "--title", "own", "--", "true"], { env: { FLEET_SESSION: "web" } });
      expect((await eventsOfRun(fleet, "own")).map(({ from }) => from.session)).toEqual(["web", "web"]);
    } finally {
      await puppet.kill();
    }
  });
});

describe("a run at a terminal", () => {
  it("keeps it: the command has a terminal, its keys, its size, and the tail is told all the same", async () => {
    const tmux = await startTmux();
    try {
      const env = { ...fleet.env, FLEET_NO_AUTOSTART: "1", NODE: process.execPath, COMMAND: fleet.command };
      const pane = await tmux.openPane({ env, width: 70, height: 12 });
      const script = "test -t 0 && test -t 1 && test -t 2 && stty size; read a; echo got $a; sleep 30";
      await tmux.type(pane, `"$NODE" "$COMMAND" run --title tty -- sh -c '${script}'; echo code $?`);
      await tmux.sendKeys(pane, "Enter");
      await tmux.waitForScreen(pane, /^12 70$/m, 30_000);
      await tmux.type(pane, "keys");
      await tmux.sendKeys(pane, "Enter");
      await tmux.waitForScreen(pane, /^got keys$/m, 30_000);
      await tmux.sendKeys(pane, "C-c");
      await tmux.waitForScreen(pane, /^(\^C)?code 130$/m, 30_000);
      expect(await endOfRun(fleet, "tty")).toMatchObject({
        signal: "SIGINT",
        tail: expect.stringMatching(/^12 70\nkeys\ngot keys\n/),
      });
    } finally {
      await tmux.kill();
    }
  });
});

function environment(): NodeJS.ProcessEnv {
  return { ...fleet.env, FLEET_NO_AUTOSTART: "1" };
}

function ended(child: { once(event: "close", listener: () => void): unknown }): Promise<void> {
  return new Promise((resolve) => void child.once("close", () => resolve()));
}
