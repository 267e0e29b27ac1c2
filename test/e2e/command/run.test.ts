import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { fleetCommand } from "../../support/fleet/command.ts";
import { startFleet, type Fleet } from "../../support/fleet/fleet.ts";
import { startCommand, type RunningCommand } from "../../support/fleet/running.ts";
import { endOfRun, eventsOfRun } from "../../support/fleet/runs.ts";
import { isAlive } from "../../support/alive.ts";

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

describe("fleet run", () => {
  it("[row 28] passes the command's exit code and output on, and tells its start and its end once each", async () => {
    const ran = await run(
      ...["--title", "t7", "--message", "look at it", "--sound", "bell", "--to", "desk,phone", "--"],
      ...["sh", "-c", "printf 'one\\n\\033[31mtwo\\033[0m\\n'; echo three >&2; exit 7"],
    );
    expect(ran).toMatchObject({ code: 7, stdout: "one\n\u001b[31mtwo\u001b[0m\n" });
    const none = ["desk", "phone"].map(
      (name) => `fleet: --to: no adapter ${name} on this machine; there are none\n`,
    );
    expect(ran.stderr).toBe(["three\n", ...none].join(""));
    const events = await eventsOfRun(fleet, "t7");
    expect(events.map(({ kind }) => kind)).toEqual(["run.started", "run.finished"]);
    const said = { title: "t7", message: "look at it", sound: "bell", to: ["desk", "phone"] };
    for (const { from, data } of events) {
      expect(from).toEqual({ machine: "lab", session: "me" });
      expect(data).toMatchObject({ ...said, command: ["sh", "-c", expect.stringContaining("exit 7")] });
    }
    expect(new Set(events.map(({ data }) => data["run"])).size).toBe(1);
    const data = await endOfRun(fleet, "t7");
    expect(data).toMatchObject({ exitCode: 7, outcome: "error", cwd: process.cwd(), outputBytes: 23 });
    expect(data).toMatchObject({ durationMs: expect.any(Number), tail: expect.stringContaining("two\n") });
    expect(String(data["tail"]).split("\n").toSorted()).toEqual(["", "one", "three", "two"]);
  });

  it("[row 143] tells no more than the last 10 KB of its output", async () => {
    await run("--title", "long", "--", "seq", "1", "20000");
    const data = await endOfRun(fleet, "long");
    const tail = String(data["tail"]);
    expect(tail).toMatch(/\n19999\n20000\n$/);
    expect(tail.length).toBe(10 * 1024);
  });

  it.each([
    [["--", "fleet-no-such-command"], 127, /no such command/],
    [["--", "/etc/passwd"], 126, /cannot be started/],
    [["--notify-on", "regex:(", "--", "true"], 125, /unterminated group/],
    [["--log", "none", "--output", "--", "true"], 125, /--log none/],
    [["--tial", "1k", "--", "true"], 125, /did you mean --tail/],
    [[], 125, /<command\.\.\.> is missing/],
  ])("%j ends with %i", async (argv, code, said) => {
    const ran = await run(...argv);
    expect({ code: ran.code, stdout: ran.stdout }).toEqual({ code, stdout: "" });
    expect(ran.stderr).toMatch(said);
  });

  it("leaves what stands behind -- to the command, another -- too", async () => {
    expect((await run("--", "printf", "%s.", "--title", "--", "-x")).stdout).toBe("--title.--.-x.");
  });

  it.each([
    ["SIGTERM", 143],
    ["SIGINT", 130],
    ["SIGHUP", 129],
  ] as const)("hands %s on and ends with what the command makes of it", async (signal, code) => {
    const script = `trap 'echo got; exit 9' USR1; echo ready; while :; do sleep 0.05; done`;
    const killed = start("--title", signal, "--", "sh", "-c", script);
    await killed.until(/ready/);
    expect(await killed.end(signal)).toBe(code);
    expect(await endOfRun(fleet, signal)).toMatchObject({
      signal,
      exitCode: code,
      outcome: "interrupted",
    });
    const caught = start(
      "--title",
      `${signal}-caught`,
      "--",
      "sh",
      "-c",
      script.replace("USR1", signal.slice(3)),
    );
    await caught.until(/ready/);
    expect(await caught.end(signal)).toBe(9);
    expect(caught.stdout()).toContain("got");
  });

  it("ends with 137 when its command is killed", async () => {
    const ran = await run("--title", "killed", "--", "sh", "-c", "kill -9 $$");
    expect(ran.code).toBe(137);
    expect(await endOfRun(fleet, "killed")).toMatchObject({ signal: "SIGKILL", outcome: "error" });
  });

  it("ends with 124 after --timeout", async () => {
    const ran = await run("--title", "slow", "--timeout", "200ms", "--", "sleep", "30");
    expect(ran.code).toBe(124);
    expect(await endOfRun(fleet, "slow")).toMatchObject({
      isTimedOut: true,
      signal: "SIGTERM",
      exitCode: 124,
    });
  });

  it("does not wait for what the command leaves behind with its output in its hands", async () => {
    const ran = await run("--", "sh", "-c", "sleep 60 & echo $!");
    expect(ran.code).toBe(0);
    const left = Number(ran.stdout);
    expect(isAlive(left)).toBe(true);
    process.kill(left);
  });

  it("gives the command pipes that /dev/stdout and /dev/stderr open, in one order where both are the same", async () => {
    const script = "for i in 1 2 3 4 5 6 7 8; do echo o$i >/dev/stdout; echo e$i >/dev/stderr; done";
    const ran = await fleetCommand(fleet, ["run", "--", "sh", "-c", script]);
    expect(ran.stdout).toBe("o1\no2\no3\no4\no5\no6\no7\no8\n");
    const file = join(fleet.home, "both");
    const shell = `exec "$0" "$1" run -- sh -c '${script}' >"$2" 2>&1`;
    await ended(spawn("sh", ["-c", shell, process.execPath, fleet.command, file], { env: environment() }));
    expect((await readFile(file, "utf8")).replaceAll("\n", " ")).toBe(
      "o1 e1 o2 e2 o3 e3 o4 e4 o5 e5 o6 e6 o7 e7 o8 e8 ",
    );
  });

  it("ends the command by SIGPIPE when nobody reads it any more", async () => {
    const shell = `"$0" "$1" run --title piped -- yes | head -n 1`;
    await ended(spawn("sh", ["-c", shell, process.execPath, fleet.command], { env: environment() }));
    expect(await endOfRun(fleet, "piped")).toMatchObject({ signal: "SIGPIPE" });
  });

  it("prints what it told, with --json, on stderr", async () => {
    const ran = await run("--json", "--", "echo", "hi");
    expect(ran.stdout).toBe("hi\n");
    expect(JSON.parse(ran.stderr)).toMatchObject({ exitCode: 0, outcome: "done", tail: "hi\n" });
  });
});

function environment(): NodeJS.ProcessEnv {
  return { ...fleet.env, FLEET_NO_AUTOSTART: "1" };
}

function ended(child: { once(event: "close", listener: () => void): unknown }): Promise<void> {
  return new Promise((resolve) => void child.once("close", () => resolve()));
}
