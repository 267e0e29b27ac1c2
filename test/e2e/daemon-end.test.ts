import { appendFile, mkdir } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startFleet, type Fleet } from "../support/fleet/fleet.ts";
import { startScriptedAgent, type ScriptedAgent } from "../support/fleet/scripted-agent.ts";
import { eventually } from "../support/tmux.ts";

let fleet: Fleet;
let agents: ScriptedAgent[];

beforeEach(async () => {
  // Its process ends when nothing keeps it any more, and not before.
  fleet = await startFleet({ env: { FLEET_TEST_LINGER: "1" } });
  agents = [];
});

afterEach(async () => {
  await Promise.all(agents.map((agent) => agent.close()));
  await fleet.close();
});

async function agentOf(name: string): Promise<ScriptedAgent> {
  const agent = await startScriptedAgent(fleet, name);
  agents.push(agent);
  return agent;
}

/** Has a message under way to a session whose transcript is followed for its proof. */
async function followTranscript(): Promise<void> {
  const folder = join(fleet.home, "transcripts");
  await mkdir(folder);
  const transcript = join(folder, "web.jsonl");
  await appendFile(transcript, "");
  const agent = await agentOf("web");
  await agent.hook("SessionStart", { source: "resume", transcript_path: transcript });
  const caller = { pid: process.pid, ancestors: [], hasTty: false };
  await fleet.api("POST", "/v1/messages", { caller, target: "web", body: "proved by its transcript" });
  expect(await agent.prompt("go on")).toContain("proved by its transcript");
  await appendFile(transcript, "{}\n");
}

/** Hangs as a waiting hook does. */
async function hangWaiter(): Promise<void> {
  const agent = await agentOf("idle");
  await agent.prompt("work");
  await agent.stop();
  void agent.wait(60_000).catch(() => undefined); // cut off when the daemon ends
}

/** A reader of all events, which stays. */
async function followEvents(): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const path = "/v1/events?follow=1";
    const sent = request({ socketPath: fleet.paths.socketFile, path }, (answer) => {
      answer.on("error", () => undefined).resume(); // cut off when the daemon ends
      resolve();
    });
    sent.on("error", reject).end();
  });
}

async function stop(asked: { readonly server: boolean }): Promise<void> {
  expect((await fleet.api("POST", "/v1/stop", asked)).status).toBe(202);
  const isGone = () => (fleet.daemon.isRunning ? undefined : true);
  await eventually(isGone, () => "the daemon's process to end", 25_000);
}

describe("an ended daemon's process", () => {
  test("ends by itself, whatever it followed and whoever waited for it", async () => {
    await followTranscript();
    await hangWaiter();
    await followEvents();
    await stop({ server: false });
  });

  test("ends by itself though its server is suspended, and takes it along", async () => {
    await followTranscript();
    await hangWaiter();
    await followEvents();
    const server = await fleet.serverPid();
    process.kill(server, "SIGSTOP");
    await stop({ server: true });
    expect(() => process.kill(server, 0)).toThrow("ESRCH");
  });
});
