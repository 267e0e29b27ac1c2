import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { claudeConfigDir, watchClaudeSessions, type ClaudeSessionChange } from "./registry.ts";

let dir: string;
let over: AbortController;
let unknown: string[];
let children: ChildProcess[];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "fleet-sessions-"));
  over = new AbortController();
  unknown = [];
  children = [];
});

afterEach(async () => {
  over.abort();
  for (const child of children) child.kill("SIGKILL");
  await rm(dir, { recursive: true, force: true });
});

/** A process whose life stands for a session's. */
async function startProcess(): Promise<number> {
  const child = spawn("sleep", ["60"], { stdio: "ignore" });
  children.push(child);
  await once(child, "spawn");
  return child.pid ?? 0;
}

async function endProcess(pid: number): Promise<void> {
  const child = children.find((one) => one.pid === pid);
  const gone = child && once(child, "exit");
  child?.kill("SIGKILL");
  await gone;
}

/** What 2.1.329 writes, and what a test changes of it. */
function sessionOf(pid: number, fields: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    pid,
    sessionId: "0b8d7c1e-0000-4000-8000-000000000001",
    cwd: "/home/dev/project",
    version: "2.1.329",
    peerProtocol: 1,
    kind: "interactive",
    tmux: "0:@0.%0",
    messagingSocketPath: `/tmp/cc-socks/${pid}.sock`,
    name: "project-4c",
    status: "idle",
    updatedAt: 1795229869336,
    ...fields,
  };
}

async function write(pid: number, content: unknown): Promise<void> {
  await mkdir(join(dir, "sessions"), { recursive: true });
  const text = typeof content === "string" ? content : JSON.stringify(content);
  await writeFile(join(dir, "sessions", `${pid}.json`), text);
}

function watching(pollMs = 20): () => Promise<ClaudeSessionChange> {
  const onUnknown = (file: string) => void unknown.push(file);
  const changes = watchClaudeSessions({ dir, signal: over.signal, onUnknown, pollMs });
  return async () => {
    const { value } = await changes.next();
    if (value === undefined) throw new Error("the watch ended");
    return value;
  };
}

describe("watching Claude Code's list of sessions", () => {
  test("tells of a session, of what it does next, and of its end", async () => {
    const pid = await startProcess();
    const next = watching();
    await write(pid, sessionOf(pid));
    expect(await next()).toMatchObject({ type: "seen", session: { pid, status: "idle", tmux: "0:@0.%0" } });
    await write(pid, sessionOf(pid, { status: "waiting", waitingFor: "permission prompt" }));
    expect(await next()).toMatchObject({ session: { status: "waiting", waitingFor: "permission prompt" } });
    await rm(join(dir, "sessions", `${pid}.json`));
    expect(await next()).toEqual({ type: "gone", pid, why: "removed" });
  });

  test("says nothing while nothing changes, however often it looks", async () => {
    const pid = await startProcess();
    await write(pid, sessionOf(pid));
    const next = watching(1);
    await next();
    const change = next();
    for (let again = 0; again < 5; again++) await write(pid, sessionOf(pid));
    await write(pid, sessionOf(pid, { status: "busy" }));
    expect(await change).toMatchObject({ session: { status: "busy" } });
  });

  test("tells of a change without polling", async () => {
    const pid = await startProcess();
    await write(pid, sessionOf(pid));
    const next = watching(60_000);
    await next();
    const change = next();
    await write(pid, sessionOf(pid, { status: "busy" }));
    expect(await change).toMatchObject({ session: { status: "busy" } });
  });

  test("knows a session that was killed, though its file stays", async () => {
    const pid = await startProcess();
    await write(pid, sessionOf(pid));
    const next = watching();
    await next();
    await endProcess(pid);
    expect(await next()).toEqual({ type: "gone", pid, why: "dead" });
  });

  test("knows a session that was killed and that nobody has reaped, though it still takes signals", async () => {
    // The shell becomes a program that never waits for the child that it started before.
    const parent = spawn("sh", ["-c", "sleep 60 & echo $!; exec sleep 60"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    children.push(parent);
    const [line] = await once(parent.stdout, "data");
    const pid = Number(String(line).trim());
    await write(pid, sessionOf(pid));
    const next = watching();
    expect(await next()).toMatchObject({ type: "seen", session: { pid } });
    await expect.poll(() => readFile(`/proc/${parent.pid}/comm`, "utf8")).toBe("sleep\n");
    process.kill(pid, "SIGKILL");
    expect(await next()).toEqual({ type: "gone", pid, why: "dead" });
    expect(() => process.kill(pid, 0)).not.toThrow();
  });

  test("does not take a reused pid for the session that had it", async () => {
    const [reused, other] = [await startProcess(), await startProcess()];
    await write(reused, sessionOf(reused, { procStart: "1" }));
    await write(other, sessionOf(other));
    expect(await watching()()).toMatchObject({ session: { pid: other } });
  });

  test("keeps the process when the session id changes after /clear", async () => {
    const pid = await startProcess();
    await write(pid, sessionOf(pid));
    const next = watching();
    await next();
    await write(pid, sessionOf(pid, { sessionId: "0b8d7c1e-0000-4000-8000-000000000002" }));
    expect(await next()).toMatchObject({
      type: "seen",
      session: { pid, sessionId: expect.stringMatching(/2$/) },
    });
  });

  test("says once which file it does not understand, and goes on", async () => {
    const [strange, known] = [await startProcess(), await startProcess()];
    await write(strange, sessionOf(strange, { status: "dreaming" }));
    const next = watching(5);
    await write(known, sessionOf(known));
    expect(await next()).toMatchObject({ session: { pid: known } });
    await write(known, sessionOf(known, { status: "busy" }));
    expect(await next()).toMatchObject({ session: { status: "busy" } });
    expect(unknown).toEqual([`${strange}.json`]);
  });

  test.each([
    ["half written", '{"pid":'],
    ["not yet with a status", { pid: 1, sessionId: "s", cwd: "/" }],
  ])("waits for a file that is %s", async (_, content) => {
    const pid = await startProcess();
    await write(pid, content);
    const next = watching(5);
    const change = next();
    await write(pid, sessionOf(pid));
    expect(await change).toMatchObject({ session: { pid } });
    expect(unknown).toEqual([]);
  });

  test("ends with its signal", async () => {
    const changes = watchClaudeSessions({ dir, signal: over.signal, onUnknown: () => undefined });
    const next = changes.next();
    over.abort();
    expect(await next).toEqual({ done: true, value: undefined });
  });
});

test.each([
  [{ HOME: "/home/dev" }, "/home/dev/.claude"],
  [{ HOME: "/home/dev", CLAUDE_CONFIG_DIR: "/elsewhere" }, "/elsewhere"],
])("the config folder of %j is %s", (env, expected) => {
  expect(claudeConfigDir(env)).toBe(expected);
});
