import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startStandIn, type StandIn } from "../stand-in.test.support.ts";
import { buildFleet, layOut } from "./bundle.test.support.ts";

const exec = promisify(execFile);

let folder = "";
let bin = "";
let daemon: StandIn;

/** A tmux server of its own; `here` holds the agents' panes, `there` is the terminal that somebody sits at. */
const tmux = async (server: "here" | "there", ...args: readonly string[]): Promise<string> => {
  const { TMUX: _tmux, ...env } = process.env;
  const { stdout } = await exec("tmux", ["-S", join(folder, server), "-f", "/dev/null", ...args], { env });
  return stdout.trim();
};

/** What `read` gives as soon as it is the wanted, or at last. */
async function eventually(read: () => Promise<string>, wanted: string): Promise<string> {
  const deadline = performance.now() + 15_000;
  for (let last = await read(); ; last = await read()) {
    if (last === wanted || performance.now() > deadline) return last;
    await sleep(50);
  }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fleet-go-"));
  bin = await layOut(folder);
  await buildFleet(folder);
  daemon = await startStandIn();
  await tmux("here", "new-session", "-d", "-s", "agents", "-x", "100", "-y", "30", "sh");
  await tmux("here", "new-window", "-d", "-t", "agents", "sh");
  const panes = (await tmux("here", "list-panes", "-s", "-t", "agents", "-F", "#{pane_id}")).split("\n");
  for (const [index, id] of panes.entries()) {
    const view = {
      machine: "lab",
      name: `s${index}`,
      state: "idle",
      pane: { mux: "tmux", socket: join(folder, "here"), id },
    };
    daemon.on(`GET /v1/sessions/s${index}`, view);
  }
  await tmux("there", "new-session", "-d", "-s", "desk", "-x", "100", "-y", "30", "sh");
}, 60_000);

afterAll(async () => {
  for (const server of ["here", "there"] as const) await tmux(server, "kill-server").catch(() => undefined); // it has ended by itself
  await daemon.close();
  await rm(folder, { recursive: true, force: true });
});

/** Types the command into a pane as a person would. */
const type = (server: "here" | "there", target: string, session: string) => {
  const line = `FLEET_HOME='${daemon.home}' FLEET_NO_AUTOSTART=1 '${process.execPath}' '${bin}' session go ${session}`;
  return tmux(server, "send-keys", "-t", target, line, "Enter");
};

const seen = () => tmux("here", "list-clients", "-F", "#{pane_id}");

test("fleet session go attaches the terminal to the session's pane, and from inside moves to another's", async () => {
  await type("there", "desk", "s1");
  expect(await eventually(seen, "%1")).toBe("%1");
  await type("here", "%1", "s0");
  expect(await eventually(seen, "%0")).toBe("%0");
});
