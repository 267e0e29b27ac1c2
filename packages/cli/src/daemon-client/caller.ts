import { readFileSync } from "node:fs";
import type { Caller } from "@fleetbus/core/api";
import type { World } from "../world/world.ts";

/** Environment in which agent CLIs tell their children the session's id (HOOKS.md §1.6). */
const cliSessionNames = [
  "CLAUDE_CODE_SESSION_ID",
  "CODEX_SESSION_ID",
  "GEMINI_SESSION_ID",
  "GROK_SESSION_ID",
] as const;

/** How this process describes itself to the daemon: a claim that the daemon checks (DESIGN §5 Sender). */
export function callerOf(world: Pick<World, "env" | "pid">, readStat = readProcStat): Caller {
  const { ancestors, hasTty } = lineage(world.pid, readStat);
  return {
    pid: world.pid,
    ancestors,
    hasTty,
    session: world.env["FLEET_SESSION"] || undefined,
    cliSession: cliSessionNames.map((name) => world.env[name]).find(Boolean),
    pane: world.env["TMUX_PANE"] || undefined,
    tmux: world.env["TMUX"] || undefined,
  };
}

/** Where there is no /proc the parent alone is told: a `ps` would cost more than all the rest, and the daemon looks for itself. */
function lineage(
  pid: number,
  readStat: (pid: number) => string | undefined,
): Pick<Caller, "ancestors" | "hasTty"> {
  const own = fieldsOf(readStat(pid));
  if (own === undefined)
    return { ancestors: process.ppid > 0 ? [process.ppid] : [], hasTty: process.stderr.isTTY === true };
  const ancestors: number[] = [];
  for (let next = own.parent; next > 0 && ancestors.length < 64;) {
    ancestors.push(next);
    next = fieldsOf(readStat(next))?.parent ?? 0;
  }
  return { ancestors, hasTty: own.terminal !== 0 };
}

/** The command's name stands in parentheses and may hold any character. */
function fieldsOf(
  stat: string | undefined,
): { readonly parent: number; readonly terminal: number } | undefined {
  if (stat === undefined) return undefined;
  const [, parent, , , terminal] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { parent: Number(parent), terminal: Number(terminal) };
}

function readProcStat(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return undefined; // gone, or not Linux
  }
}
