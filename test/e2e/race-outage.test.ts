import { watch } from "node:fs";
import { readdir } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { connectAsChecker, readStored } from "../support/checker/stored.ts";
import { startFleet, type Fleet } from "../support/fleet/fleet.ts";
import { runHook } from "../support/fleet/hook.ts";
import { startScriptedAgent, type ScriptedAgent } from "../support/fleet/scripted-agent.ts";
import { eventually } from "../support/tmux.ts";

let fleet: Fleet;

beforeAll(async () => {
  fleet = await startFleet();
});

afterAll(() => fleet.close());

const dataSchema = z.object({ toolUseId: z.string() });

/** The tools of a session in EVENTS, in the order of the stream: `t3` for the third, each as often as it lies there. */
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

const tool = (number: number) => ({ tool_name: "Bash", tool_use_id: `t${number}` });
const names = (count: number) => Array.from({ length: count }, (_, number) => `t${number}`);

async function untilStored(name: string, count: number): Promise<void> {
  const look = async () => ((await toolsOf(name).catch(() => [])).length >= count ? true : undefined);
  await eventually(look, () => `${count} events of ${name}`, 20_000);
}

/** The installed client itself, as an agent runs it. */
function tell(agent: ScriptedAgent, number: number) {
  const payload = { ...agent.payload("PreToolUse"), ...tool(number) };
  return runHook({ client: fleet.client, event: "PreToolUse", pid: agent.pid, payload });
}

const dropped = async () => (await readdir(fleet.paths.dropDir)).filter((name) => name.endsWith(".req"));

describe("hooks that fire", () => {
  test("while the server is killed again and again: all in EVENTS afterwards, once, in their order", async () => {
    const agent = await startScriptedAgent(fleet, "outage");
    await agent.prompt("a task");
    const count = 120;
    for (let number = 0; number < count; number += 1) {
      if (number % 30 === 10) await killServer();
      const startedAt = performance.now();
      expect(await agent.hook("PreToolUse", tool(number))).toBe("");
      expect(performance.now() - startedAt).toBeLessThan(2000);
      await sleep(10);
    }
    await untilStored("outage", count);
    expect(await toolsOf("outage")).toEqual(names(count));
    await agent.close();
  });

  test("while no daemon runs: each leaves a file, and all are in EVENTS afterwards, once, in their order", async () => {
    const agent = await startScriptedAgent(fleet, "alone");
    await agent.prompt("a task");
    await fleet.daemon.kill("SIGKILL");
    const count = 12;
    for (let number = 0; number < count; number += 1) {
      expect(await tell(agent, number).result).toMatchObject({ code: 0, stdout: "", stderr: "" });
    }
    expect(await dropped()).toHaveLength(count);
    await fleet.daemon.start();
    await untilStored("alone", count);
    await eventually(
      async () => ((await dropped()).length === 0 ? true : undefined),
      () => "no files",
    );
    expect(await toolsOf("alone")).toEqual(names(count));
    await agent.close();
  });

  test("while the daemon dies between taking one in and answering: it is not taken in twice", async () => {
    const agent = await startScriptedAgent(fleet, "between");
    await agent.prompt("a task");
    const count = 15;
    const files = new Set<string>();
    for (let number = 0; number < count; number += 1) {
      const written = untilWritten(fleet.paths.spoolDir, () => process.kill(fleet.daemon.pid, "SIGKILL"));
      expect(await tell(agent, number).result).toMatchObject({ code: 0 });
      await written;
      for (const name of await dropped()) files.add(name);
      await fleet.daemon.kill("SIGKILL");
      await fleet.daemon.start();
    }
    await untilStored("between", count);
    await eventually(
      async () => ((await dropped()).length === 0 ? true : undefined),
      () => "no files",
    );
    expect((await toolsOf("between")).toSorted()).toEqual(names(count).toSorted());
    process.stdout.write(
      `${count} daemons killed as they wrote an event; ${files.size} hooks had no answer and left a file\n`,
    );
    expect(files.size).toBeGreaterThan(0);
    await agent.close();
  });
});

/** One that has not come back yet is down anyway. */
async function killServer(): Promise<void> {
  try {
    process.kill(await fleet.serverPid(), "SIGKILL");
  } catch {
    return;
  }
}

/** Calls `act` in the very moment in which something is written there. */
function untilWritten(dir: string, act: () => void): Promise<void> {
  return new Promise((resolve) => {
    const watcher = watch(dir, () => {
      watcher.close();
      act();
      resolve();
    });
  });
}
