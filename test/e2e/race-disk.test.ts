import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, statfsSync, writeFileSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { connectAsChecker, readStored } from "../support/checker/stored.ts";
import { startFleet, type Fleet } from "../support/fleet/fleet.ts";
import { runHook } from "../support/fleet/hook.ts";
import { startScriptedAgent, type ScriptedAgent } from "../support/fleet/scripted-agent.ts";
import { eventually } from "../support/tmux.ts";

let fleet: Fleet;
const mounted: string[] = [];

beforeEach(async () => {
  fleet = await startFleet();
});

afterEach(async () => {
  await fleet.daemon.kill("SIGKILL");
  for (const dir of mounted.splice(0)) execFileSync("umount", ["-l", dir]);
  await fleet.close();
});

/** A disk of its own, small, under a folder that exists by then. */
function mountSmall(dir: string, kilobytes: number): void {
  mkdirSync(dir, { recursive: true });
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${kilobytes}k`, "tmpfs", dir]);
  mounted.push(dir);
}

/** Takes what is left. */
function fill(dir: string): string {
  const file = join(dir, "filler");
  const { bavail, bsize } = statfsSync(dir);
  writeFileSync(file, Buffer.alloc(bavail * bsize));
  return file;
}

function mayMount(): boolean {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
  const probe = `/tmp/fleet-mount-${process.pid}`;
  mkdirSync(probe, { recursive: true });
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", probe], { stdio: "ignore" });
    execFileSync("umount", [probe]);
    return true;
  } catch {
    return false; // a container that may not
  }
}

const caller = { pid: process.pid, ancestors: [], hasTty: false };
const tool = (number: number) => ({ tool_name: "Bash", tool_use_id: `t${number}` });
const dropped = async () => (existsSync(fleet.paths.dropDir) ? readdir(fleet.paths.dropDir) : []);

function tell(agent: ScriptedAgent, number: number) {
  const payload = { ...agent.payload("PreToolUse"), ...tool(number) };
  return runHook({ client: fleet.client, event: "PreToolUse", pid: agent.pid, payload }).result;
}

const dataSchema = z.object({ toolUseId: z.string() });

async function toolsOf(name: string): Promise<readonly string[]> {
  const connection = await connectAsChecker(await fleet.hub());
  try {
    const events = await readStored(connection, "MAIN_EVENTS");
    const own = events.filter(({ subject }) => subject.includes(`.${name}.tool.started`));
    return own.map(({ text }) => dataSchema.parse(JSON.parse(text)).toolUseId);
  } finally {
    await connection.close();
  }
}

/** Restarts the daemon with its spool on a disk of its own. */
async function withSpoolOn(kilobytes: number): Promise<string> {
  const { spoolDir } = fleet.paths;
  await fleet.daemon.kill("SIGKILL");
  await rm(spoolDir, { recursive: true, force: true });
  mountSmall(spoolDir, kilobytes);
  await fleet.daemon.start();
  return spoolDir;
}

const torn = async () => {
  const schema = z.object({ spool: z.object({ torn: z.number(), pending: z.number() }) });
  return schema.parse((await fleet.api("GET", "/v1/status")).json).spool;
};

describe.skipIf(!mayMount())("a disk that takes nothing (mounts a small one; as root)", () => {
  test("a full spool: hooks fail open and leave a file each; when there is room again all is taken in, once", async () => {
    const spool = await withSpoolOn(256);
    const agent = await startScriptedAgent(fleet, "full");
    await agent.prompt("a task");
    const filler = fill(spool);
    for (let number = 0; number < 5; number += 1) {
      expect(await tell(agent, number)).toMatchObject({ code: 0, stdout: "", stderr: "" });
    }
    expect((await dropped()).filter((name) => name.endsWith(".req")).length).toBeGreaterThan(0);
    await rm(filler);
    await eventually(
      async () => ((await dropped()).length === 0 ? true : undefined),
      () => "no files",
      20_000,
    );
    const all = ["t0", "t1", "t2", "t3", "t4"];
    await eventually(
      async () => ((await toolsOf("full")).length >= all.length ? true : undefined),
      () => "all events",
    );
    expect((await toolsOf("full")).toSorted()).toEqual(all);
    await fleet.daemon.kill("SIGKILL");
    await fleet.daemon.start();
    expect(await torn()).toMatchObject({ torn: 0 });
    await agent.close();
  });

  test("a read-only spool: the daemon says so and does not start, hooks leave a file each, and all is taken in afterwards", async () => {
    const agent = await startScriptedAgent(fleet, "readonly");
    await agent.prompt("a task");
    const spool = await withSpoolOn(256);
    await fleet.daemon.kill("SIGKILL");
    execFileSync("mount", ["-o", "remount,ro", spool]);
    await expect(fleet.daemon.start()).rejects.toMatchObject({
      code: "storage",
      message: expect.stringContaining(spool),
    });
    expect(await tell(agent, 0)).toMatchObject({ code: 0, stdout: "", stderr: "" });
    expect(await dropped()).toHaveLength(1);
    execFileSync("mount", ["-o", "remount,rw", spool]);
    await fleet.daemon.start();
    await eventually(
      async () => ((await toolsOf("readonly")).length > 0 ? true : undefined),
      () => "its event",
      20_000,
    );
    expect(await toolsOf("readonly")).toEqual(["t0"]);
    await agent.close();
  });

  test("a full disk for everything of the daemon's: it and the hooks live on, and work when there is room again", async () => {
    await fleet.daemon.kill("SIGKILL");
    const { dataDir, journalDir, spoolDir } = fleet.paths;
    for (const dir of [journalDir, spoolDir, join(dataDir, "log")]) {
      await rm(dir, { recursive: true, force: true });
      mountSmall(dir, 256);
    }
    await fleet.daemon.start();
    const agent = await startScriptedAgent(fleet, "everything");
    const fillers = [journalDir, spoolDir, join(dataDir, "log")].map(fill);
    for (let number = 0; number < 3; number += 1) {
      expect(await tell(agent, number)).toMatchObject({ code: 0 });
      await fleet.api("POST", "/v1/messages", {
        caller,
        target: "everything",
        id: `e${number}`,
        body: `tok-e-${number} x`,
      });
    }
    expect(fleet.daemon.isRunning).toBe(true);
    await Promise.all(fillers.map((file) => rm(file)));
    await eventually(
      async () => ((await agent.prompt("go on")).includes("tok-e-0") ? true : undefined),
      () => "its mail",
      20_000,
    );
    await agent.stop();
    await agent.close();
  });
});
