// Sessions as agent CLIs make them: a living process, its entry in the CLI's own list, a transcript, the hooks of a
// first turn that has ended, and the waiter that hangs on the daemon since.
import { spawn } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";

const atOnce = 20;

/**
 * Idle sessions `s0`, `s1` …, none yet.
 * @param {import("./fleet.mjs").BenchFleet} fleet
 * @returns {{ grow(size: number): Promise<void>, end(): void }} `end` ends all that was started
 */
export function benchSessions(fleet) {
  /** @type {import("node:child_process").ChildProcess[]} */
  const agents = [];
  /** @type {import("node:net").Socket[]} */
  const waiters = [];
  /** @param {number} index */
  const start = async (index) => {
    const agent = spawn("sleep", ["36000"], { stdio: "ignore" });
    agents.push(agent);
    waiters.push(await startSession(fleet, index, agent.pid ?? 0));
  };
  return {
    /** @param {number} size how many there are then */
    grow: async (size) => {
      const folder = join(fleet.home, ".claude");
      await mkdir(join(folder, "sessions"), { recursive: true });
      await mkdir(join(folder, "projects", "bench"), { recursive: true });
      while (agents.length < size) {
        const first = agents.length;
        const count = Math.min(atOnce, size - first);
        await Promise.all(Array.from({ length: count }, (_, index) => start(first + index)));
      }
    },
    end: () => {
      for (const waiter of waiters) waiter.destroy();
      for (const agent of agents) agent.kill("SIGKILL");
    },
  };
}

/**
 * @param {import("./fleet.mjs").BenchFleet} fleet
 * @param {number} index
 * @param {number} pid
 */
async function startSession(fleet, index, pid) {
  const id = `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`;
  const cwd = `/srv/p${index}`;
  const folder = join(fleet.home, ".claude");
  const transcript = join(folder, "projects", "bench", `${id}.jsonl`);
  const record = { type: "user", uuid: id, parentUuid: null, sessionId: id, cwd };
  await writeFile(transcript, `${JSON.stringify({ ...record, message: { role: "user", content: "go" } })}\n`);
  const listed = { pid, sessionId: id, cwd, status: "idle", updatedAt: Date.now(), version: "2.1.329" };
  const entry = { ...listed, procStart: await startTicks(pid), kind: "interactive" };
  await writeFile(join(folder, "sessions", `${pid}.json`), JSON.stringify(entry));
  const facts = { "x-fleet-pid": String(pid), "x-fleet-session": `s${index}` };
  const shared = { session_id: id, cwd, transcript_path: transcript };
  /** @param {string} event @param {Record<string, unknown>} own */
  const hook = (event, own) =>
    fleet.post(`/v1/hook/claude/${event}`, { ...shared, ...own, hook_event_name: event }, facts);
  await hook("SessionStart", { source: "startup" });
  await hook("UserPromptSubmit", { prompt: "go" });
  await hook("Stop", { stop_hook_active: false, last_assistant_message: "done" });
  return startWaiter(fleet, shared, facts);
}

/** @param {number} pid field 22 of its stat: what the CLI notes of itself */
async function startTicks(pid) {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
}

/**
 * The background hook that waits to wake its session: one request that is not answered.
 * @param {import("./fleet.mjs").BenchFleet} fleet
 * @param {Record<string, unknown>} payload
 * @param {Record<string, string>} facts
 */
function startWaiter(fleet, payload, facts) {
  const body = JSON.stringify({ ...payload, hook_event_name: "Stop" });
  const head = {
    host: "fleet",
    "content-type": "application/json",
    "content-length": String(body.length),
    ...facts,
  };
  const lines = Object.entries(head).map(([name, value]) => `${name}: ${value}\r\n`);
  const socket = connect(fleet.paths.socketFile);
  socket.on("error", () => undefined); // the daemon has ended
  socket.resume();
  socket.write(`POST /v1/wait/claude HTTP/1.1\r\n${lines.join("")}\r\n${body}`);
  return socket;
}
