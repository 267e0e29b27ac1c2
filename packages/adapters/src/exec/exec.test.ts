import { execFile } from "node:child_process";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { bareNotice } from "@fleetbus/core";
import { adapterConformance, type FarSide } from "@fleetbus/core/testing";
import { contextOf, eventOf, sendOnce } from "../http/sending.test.support.ts";
import { exec } from "./adapter.ts";

const run = promisify(execFile);

/** A script of sh that does `body`. */
async function scriptIn(folder: string, body: string, name = "script"): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, `#!/bin/sh\n${body}\n`);
  await chmod(path, 0o755);
  return path;
}

async function farSide(): Promise<FarSide> {
  const folder = await mkdtemp(join(tmpdir(), "fleet-exec-"));
  const log = join(folder, "log");
  const script = await scriptIn(folder, `cat >> ${log}`);
  return {
    config: { command: [script] },
    event: eventOf,
    arrivals: async () => {
      const lines = (await readFile(log, "utf8").catch(() => "")).split("\n").filter(Boolean);
      return lines.map((line) => ({ eventId: /"id":"(\w+)"/.exec(line)?.[1] ?? "", bytes: line.length }));
    },
    stall: () => writeFile(script, "#!/bin/sh\nsleep 60\n"),
    leave: () => rm(script),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

adapterConformance({
  adapter: exec,
  validConfig: { command: ["true"] },
  harness: { can: ["stall", "leave"], start: farSide },
  runner: { describe, test },
});

describe("a command", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "fleet-exec-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const output = () => readFile(join(folder, "out"), "utf8");

  test("gets the event on stdin, the notice in its environment, and nothing of the daemon's", async () => {
    const script = await scriptIn(
      folder,
      `cat > ${folder}/out; env | sort >> ${folder}/out; pwd >> ${folder}/out`,
    );
    const config = { command: [script], env: { HOME: "/home/me" }, folder };
    const notice = {
      title: "$(touch x) `x`",
      text: "line 1\0\nline 2",
      link: "https://fleet.example",
      key: "k",
    };
    await sendOnce(exec, config, { notice: { ...notice, priority: "high", isResolved: true } });
    const [event = "", ...env] = (await output()).trimEnd().split("\n");
    expect(JSON.parse(event)).toEqual(eventOf(1));
    expect(env.filter((line) => !/^(PWD|SHLVL|_|OLDPWD)=/.test(line))).toEqual([
      "FLEET_EVENT_ID=event1",
      "FLEET_EVENT_KIND=turn.failed",
      "FLEET_EVENT_MACHINE=lab",
      "FLEET_EVENT_NS=main",
      "FLEET_EVENT_ORIGIN=agent",
      "FLEET_EVENT_SESSION=web",
      "FLEET_EVENT_TIME=2026-01-01T00:00:00.000Z",
      "FLEET_NOTICE_ID=event1",
      "FLEET_NOTICE_KEY=k",
      "FLEET_NOTICE_LINK=https://fleet.example",
      "FLEET_NOTICE_PRIORITY=high",
      "FLEET_NOTICE_RESOLVED=1",
      "FLEET_NOTICE_SOUND=",
      "FLEET_NOTICE_TEXT=line 1",
      "FLEET_NOTICE_TITLE=$(touch x) `x`",
      "HOME=/home/me",
      expect.stringMatching(/^PATH=/),
      "line 2",
      folder,
    ]);
  });

  test("gets its arguments as they are written: no shell reads them", async () => {
    const script = await scriptIn(folder, `printf '%s\\n' "$@" > ${folder}/out`);
    await sendOnce(exec, { command: [script, "$HOME", "a b", "; touch x", "*"] });
    expect(await output()).toBe("$HOME\na b\n; touch x\n*\n");
  });

  test.each([
    ["echo 41; echo job-42", { providerId: "job-42" }],
    ["exec <&-; exit 0", {}],
    ["head -c 5000000 /dev/zero | tr '\\0' x; echo; echo end", { providerId: "end" }],
  ])("that does `%s` has taken it", async (body, receipt) => {
    expect(await sendOnce(exec, { command: [await scriptIn(folder, body)] })).toEqual(receipt);
  });

  test.each([
    ["echo later >&2; exit 75", "unavailable", true, /exit 75, later$/],
    ["printf 'no \\033[31mway\\n' >&2; exit 3", "failed", false, /exit 3, no way$/],
    ["exit 1", "failed", false, /exit 1$/],
    ["kill -9 $$", "failed", false, /ended by SIGKILL$/],
    [
      "head -c 5000000 /dev/zero | tr '\\0' x >&2; echo the reason >&2; exit 2",
      "failed",
      false,
      /exit 2, x+the reason$/,
    ],
  ])("that does `%s` has not", async (body, code, isRetryable, message) => {
    const sending = sendOnce(exec, { command: [await scriptIn(folder, body)] });
    const error: unknown = await sending.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code, isRetryable, message: expect.stringMatching(message) });
    expect(error instanceof Error ? error.message.length : 0).toBeLessThan(450);
  });

  test("that is not there, or may not be run, is tried again later", async () => {
    await writeFile(join(folder, "file"), "#!/bin/sh\n", { mode: 0o644 });
    for (const program of ["/nowhere/program", join(folder, "file")]) {
      const sending = sendOnce(exec, { command: [program] });
      await expect(sending).rejects.toMatchObject({ code: "unavailable", isRetryable: true });
    }
  });

  test("that takes too long is ended, with all that it started", async () => {
    const own = `trap '' TERM; sleep 61 & echo $! > ${folder}/out; echo $$ >> ${folder}/out; wait; sleep 61`;
    const sending = sendOnce(exec, { command: [await scriptIn(folder, own)], timeoutMs: 400 });
    await expect(sending).rejects.toMatchObject({
      ...{ code: "unavailable", isRetryable: true },
      message: expect.stringMatching(/no end within 0\.4 s/),
    });
    const pids = (await output()).trim().split("\n").map(Number);
    expect(pids).toHaveLength(2);
    for (const pid of pids) await expect.poll(() => isAlive(pid)).toBe(false);
  });

  test("that leaves something running behind itself has taken it all the same", async () => {
    const script = await scriptIn(folder, `sleep 62 & echo $! > ${folder}/out; exit 0`);
    expect(await sendOnce(exec, { command: [script] })).toEqual({});
    const pid = Number(await output());
    expect(await isAlive(pid)).toBe(true);
    process.kill(pid);
  });

  test("is not started for a text that is too long, nor after an abort", async () => {
    const command = [await scriptIn(folder, `echo ran > ${folder}/out`)];
    const tooLong = sendOnce(exec, { command }, { notice: { text: "x".repeat(20_001) } });
    await expect(tooLong).rejects.toMatchObject({ code: "too_large" });
    const { sink } = exec.open(exec.spec.config.parse({ command }), contextOf());
    await sink!.connect(AbortSignal.timeout(1000));
    await expect(sink!.send(eventOf(1), AbortSignal.abort(), bareNotice(eventOf(1)))).rejects.toThrow(
      /aborted/,
    );
    await sink!.close();
    await expect(output()).rejects.toThrow(/ENOENT/);
  });

  test("has a URL for a short form", () => {
    const keysOf = (url: string) => exec.spec.urls?.parse(new URL(url));
    expect(keysOf("exec:///home/me/on%20event?arg=--quiet&arg=a%20b")).toEqual({
      command: ["/home/me/on event", "--quiet", "a b"],
    });
    expect(() => keysOf("exec://notify?arg=x")).toThrow(/exec:\/\/\/home/);
  });

  test.each([
    ["a shell's line", { command: "notify me" }],
    ["no program", { command: [] }],
    ["a variable of fleet's own", { command: ["true"], env: { FLEET_HOME: "/tmp" } }],
  ])("is not taken as %s", (_, config) => {
    expect(exec.spec.config.safeParse(config).success).toBe(false);
  });
});

/** Whether a process is there; one that only waits for its parent to notice its end is not. */
async function isAlive(pid: number): Promise<boolean> {
  const { stdout } = await run("ps", ["-o", "stat=", "-p", String(pid)]).catch(() => ({ stdout: "" })); // none
  return /^[^Z]/.test(stdout.trim());
}
