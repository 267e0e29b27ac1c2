import { lstat } from "node:fs/promises";
import { talkTo, type PtyTalk } from "@fleetbus/adapters";
import { ptySocketOf, timeLimit, type Paths, type PtyFact } from "@fleetbus/core";
import { lineage, type ProcessTable } from "../session/process.ts";

/** The wrapped terminals of this machine. */
export interface Ptys {
  /** The one that a process runs in: the nearest `fleet wrap` among its ancestors that answers. Never rejects. */
  of(pid: number): Promise<PtyFact | undefined>;
}

/** What finding them needs. */
export interface PtysDeps {
  readonly paths: Pick<Paths, "runDir">;
  readonly processes: ProcessTable;
  /** How long a `fleet wrap` may take to say who it is; a hook waits for it. */
  readonly helloMs: number;
}

/** Processes whose answer is remembered: it does not change, for a process keeps its ancestors as long as they live. */
const maxKnown = 1000;

/** Finds them by the lineage of processes; each process is looked at once, unless a `fleet wrap` did not answer. */
export function ptysOf(deps: PtysDeps): Ptys {
  const known = new Map<number, Known>();
  return {
    of: (pid) => {
      const start = deps.processes.startOf(pid);
      const before = known.get(pid);
      if (before !== undefined && before.start === start) return before.found;
      const forget = () => void known.delete(pid);
      const found = find(pid, { ...deps, forget });
      forget();
      known.set(pid, { start, found });
      const [oldest] = known.keys();
      if (known.size > maxKnown && oldest !== undefined) known.delete(oldest);
      return found;
    },
  };
}

interface Known {
  readonly start: string | undefined;
  readonly found: Promise<PtyFact | undefined>;
}

interface Finding extends PtysDeps {
  /** Nothing was to be learned: the next hook asks again. */
  forget(): void;
}

async function find(
  pid: number,
  { paths, processes, helloMs, forget }: Finding,
): Promise<PtyFact | undefined> {
  for (const ancestor of await lineage(processes, pid)) {
    const socket = ptySocketOf(paths, ancestor.pid);
    const entry = await lstat(socket).catch(() => undefined); // most are none
    if (entry?.isSocket() !== true) continue;
    const who = await askWho(socket, timeLimit(helloMs));
    if (who === "silent") forget();
    else if (who?.pid === ancestor.pid) return { id: who.id, socket, pid: ancestor.pid };
  }
  return undefined;
}

/** Who answers; undefined where the socket was left behind; silent while it is stopped, or too busy. */
async function askWho(
  socket: string,
  limit: AbortSignal,
): Promise<{ readonly id: string; readonly pid: number } | "silent" | undefined> {
  let talk: PtyTalk | undefined;
  try {
    talk = await talkTo(socket, limit);
    talk.say({ ask: "hello" });
    for await (const answer of talk.answers) if (answer.is === "here") return answer;
    return undefined;
  } catch {
    return limit.aborted ? "silent" : undefined;
  } finally {
    talk?.close();
  }
}
