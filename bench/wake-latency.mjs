// From a publish that was accepted to the prompt that it made an idle agent submit, typed into its pane; against the
// same pane typed into by hand with two tmux processes.
import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { claudeHooks, installClient } from "@fleetbus/hooks";
import { fleetBin, startFleet } from "./support/fleet.mjs";
import { inTurns } from "./support/measure.mjs";

const run = promisify(execFile);
const caller = { pid: process.pid, ancestors: [], hasTty: false };

/**
 * @param {{ count: number }} options
 * @returns {Promise<import("./support/report.mjs").Measured[]>}
 */
export async function measure({ count }) {
  const fleet = await startFleet();
  const label = `fleet-bench-${process.pid}`;
  const tmux = async (/** @type {string[]} */ ...argv) =>
    (await run("tmux", ["-L", label, "-f", "/dev/null", ...argv], { env: fleet.env })).stdout.trim();
  try {
    const pane = await startAgent(fleet, tmux);
    await untilIdle(fleet);
    const samplers = {
      fleet: async () => {
        for (;;) {
          await fleet.post("/v1/messages", { caller, target: "worker", body: "go on" });
          const from = Date.now();
          if (!(await isTakenAtOnce(fleet, from))) return promptAfter(fleet, from);
        }
      },
      typed: async () => {
        const from = Date.now();
        await tmux("send-keys", "-t", pane, "-l", "go on");
        await tmux("send-keys", "-t", pane, "Enter");
        return promptAfter(fleet, from);
      },
    };
    await inTurns(samplers, 5);
    const samples = await inTurns(samplers, count);
    return [
      {
        name: "wake-latency",
        what: "publish accepted → prompt submitted in an idle tmux pane",
        unit: "ms",
        samples: samples["fleet"] ?? [],
        reference: { name: "typed by two tmux processes", samples: samples["typed"] ?? [] },
        budget: { p50: 25, p95: 100 },
      },
    ];
  } finally {
    await tmux("kill-server").catch(() => undefined); // it never started
    await fleet.stop();
  }
}

/**
 * @param {import("./support/fleet.mjs").BenchFleet} fleet
 * @param {(...argv: string[]) => Promise<string>} tmux
 */
async function startAgent({ home, paths, env }, tmux) {
  const { file } = await installClient(paths, { platform: process.platform });
  const settings = join(home, "settings.json");
  await writeFile(settings, JSON.stringify({ hooks: settingsOf(file) }));
  const cwd = join(home, "worker");
  await mkdir(cwd);
  const program = join(dirname(fleetBin), "../dist/demo-agent.js");
  const variables = ["-e", `FLEET_DEMO_HOME=${home}`, "-e", `PATH=${env["PATH"] ?? ""}`];
  const size = ["-x", "120", "-y", "30"];
  return tmux(
    "new-session",
    "-d",
    "-P",
    "-F",
    "#{pane_id}",
    ...size,
    "-c",
    cwd,
    ...variables,
    process.execPath,
    program,
  );
}

/** Hooks in the demo agent's own name, without the waiter: only typing wakes it. @param {string} client */
function settingsOf(client) {
  const { wanted } = claudeHooks({ client });
  return Object.fromEntries(
    wanted.map(({ event }) => [
      event,
      [{ hooks: [{ type: "command", command: client, args: ["demo", event] }] }],
    ]),
  );
}

/** Longer than a wake that is measured takes. */
const takenMs = 1000;

/**
 * Whether the Stop of the turn before took the message: it was still being answered when the session was already idle. That
 * makes no prompt.
 * @param {import("./support/fleet.mjs").BenchFleet} fleet
 * @param {number} from
 */
async function isTakenAtOnce(fleet, from) {
  for (;;) {
    const { turnStartedAt, state, inbox } = JSON.parse(await fleet.get("/v1/sessions/worker"));
    if (Date.parse(turnStartedAt ?? "") >= from - 1) return false;
    if (Date.now() - from > takenMs) return state === "idle" && inbox === 0;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** A prompt comes in milliseconds, and the turn ends with it. */
const promptMs = 30_000;

/**
 * Waits for the prompt that was submitted after `from`, then for the agent to be idle. Rejects with what fleet knows of it.
 * @param {import("./support/fleet.mjs").BenchFleet} fleet
 * @param {number} from
 */
async function promptAfter(fleet, from) {
  for (;;) {
    const answer = await fleet.get("/v1/sessions/worker");
    const { turnStartedAt, state } = JSON.parse(answer);
    const at = Date.parse(turnStartedAt ?? "");
    if (at >= from - 1 && state === "idle") return Math.max(0, at - from);
    if (Date.now() - from > promptMs) throw new Error(`no prompt and its end: ${await known(fleet, answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/**
 * @param {import("./support/fleet.mjs").BenchFleet} fleet
 * @param {string} session
 */
async function known({ fleet }, session) {
  const why = await fleet("doctor", "--wake", "worker").catch(String);
  return [session, why, await fleet("trace").catch(String)].join("\n");
}

/** @param {import("./support/fleet.mjs").BenchFleet} fleet */
async function untilIdle(fleet) {
  for (;;) {
    const { items } = JSON.parse(await fleet.get("/v1/sessions"));
    if (items.some((/** @type {{ state: string }} */ each) => each.state === "idle")) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
