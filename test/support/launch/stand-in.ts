import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

/** How one start of the stand-in was called. */
export interface Started {
  readonly pid: number;
  readonly argv: readonly string[];
  readonly cwd: string;
}

/**
 * Programs called `claude` and `codex` on a PATH of their own: each runs the hooks of its HOME's settings, prompts itself
 * with its argument, and stays. As the real ones do at SIGTERM, `claude` tells of its end and `codex` does not.
 */
export interface StandIn {
  /** To be put before the PATH. */
  readonly bin: string;
  /** Every start so far of the session of that FLEET_SESSION, the oldest first. */
  startsOf(session: string): Promise<readonly Started[]>;
}

const startedSchema = z.object({ pid: z.number(), argv: z.array(z.string()), cwd: z.string() });

/**
 * Writes the programs into `home`. In a folder called `untrusted` it asks for trust first, for ever; in one called
 * `launched` a launcher stands before it that hands no signal on, and it outlives its window, as Gemini's do; it ends at SIGTERM.
 */
export async function installStandIn(home: string): Promise<StandIn> {
  const bin = join(home, "bin");
  const log = join(home, "starts");
  await Promise.all([mkdir(bin), mkdir(log)]);
  await writeFile(join(bin, "claude"), programText(log, ".claude/settings.json"), { mode: 0o755 });
  await writeFile(join(bin, "codex"), programText(log, ".codex/hooks.json"), { mode: 0o755 });
  return {
    bin,
    startsOf: async (session) => {
      const files = (await readdir(log)).filter((file) => file.startsWith(`${session}@`)).toSorted();
      return Promise.all(
        files.map(async (file) => startedSchema.parse(JSON.parse(await readFile(join(log, file), "utf8")))),
      );
    },
  };
}

function programText(log: string, settings: string): string {
  return `#!${process.execPath}
const { spawn, spawnSync } = require("node:child_process");
const { randomUUID } = require("node:crypto");
const { readFileSync, writeFileSync } = require("node:fs");
const argv = process.argv.slice(2);
const cwd = process.cwd();
const isClaude = ${JSON.stringify(settings.startsWith(".claude"))};
const env = isClaude ? { ...process.env, CLAUDE_PID: String(process.pid) } : process.env;
const base = { session_id: randomUUID(), prompt_id: randomUUID(), cwd, permission_mode: "default" };
const { hooks } = JSON.parse(readFileSync(process.env.HOME + "/${settings}", "utf8"));
const call = (event, payload) => {
  const input = JSON.stringify({ ...base, hook_event_name: event, ...payload });
  for (const { hooks: handlers } of hooks[event] ?? [])
    for (const { command, args, asyncRewake } of handlers)
      if (!asyncRewake) spawnSync(command, args ?? [], { env, input, shell: args === undefined });
};
setInterval(() => {}, 1e6);
const isLaunched = cwd.endsWith("/launched");
if (isLaunched) process.on("SIGHUP", () => {});
if (isLaunched && !process.env.LAUNCHED) {
  process.on("SIGTERM", () => {});
  const child = spawn(process.execPath, [__filename, ...argv], { stdio: "inherit", env: { ...process.env, LAUNCHED: "1" } });
  child.on("exit", (code) => process.exit(code ?? 1));
} else if (cwd.endsWith("/untrusted")) console.log("Do you trust the files in this folder?");
else {
  process.on("SIGTERM", () => { if (isClaude) call("SessionEnd", { reason: "other" }); process.exit(0); });
  writeFileSync(${JSON.stringify(log)} + "/" + process.env.FLEET_SESSION + "@" + Date.now(), JSON.stringify({ pid: process.pid, argv, cwd }));
  call("SessionStart", { source: "startup" });
  if (argv.length > 0) call("UserPromptSubmit", { prompt: argv.at(-1) });
  call("Stop", { last_assistant_message: "ready", background_tasks: [], stop_hook_active: false });
  console.log("ready");
}
`;
}
