import { lstat } from "node:fs/promises";
import { talkTo } from "@fleetbus/adapters";
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
}

/** How long a `fleet wrap` may take to say who it is. */
const helloMs = 500;
/** Processes whose answer is remembered: it does not change, for a process keeps its ancestors as long as they live. */
const maxKnown = 1000;

/** Finds them by the lineage of processes; each process is looked at once. */
export function ptysOf(deps: PtysDeps): Ptys {
  const known = new Map<
    number,
    { readonly start: string | undefined; readonly found: Promise<PtyFact | undefined> }
  >();
  return {
    of: (pid) => {
      const start = deps.processes.startOf(pid);
      const before = known.get(pid);
      if (before !== undefined && before.start === start) return before.found;
      const found = find(pid, deps);
      known.delete(pid);
      known.set(pid, { start, found });
      const [oldest] = known.keys();
      if (known.size > maxKnown && oldest !== undefined) known.delete(oldest);
      return found;
    },
  };
}

async function find(pid: number, { paths, processes }: PtysDeps): Promise<PtyFact | undefined> {
  for (const ancestor of await lineage(processes, pid)) {
    const socket = ptySocketOf(paths, ancestor.pid);
    const entry = await lstat(socket).catch(() => undefined); // most are none
    if (entry?.isSocket() !== true) continue;
    const id = await askWho(socket, ancestor.pid).catch(() => undefined); // it was left behind by another one
    if (id !== undefined) return { id, socket, pid: ancestor.pid };
  }
  return undefined;
}

/** Its id; undefined where another process answers. */
async function askWho(socket: string, pid: number): Promise<string | undefined> {
  const talk = await talkTo(socket, timeLimit(helloMs));
  try {
    talk.say({ ask: "hello" });
    for await (const answer of talk.answers)
      if (answer.is === "here") return answer.pid === pid ? answer.id : undefined;
    return undefined;
  } finally {
    talk.close();
  }
}
