import { readlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { claudeConfigDir, listClaudeAgents, readRegularFile } from "@fleetbus/hooks";
import { z } from "zod";
import type { SessionRecord } from "@fleetbus/core";
import { readSessionList, type ListReaderDeps } from "./list-reader.ts";

const lookForFoldersMs = 1000;

/** What all readers share. */
export type SharedDeps = Omit<ListReaderDeps, "dir" | "confirm" | "confirmedBy">;

/** Claude Code's list; confirmed by one run of its own command (HOOKS.md §1.7). */
export function readClaudeList(
  deps: SharedDeps,
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<void> {
  const confirm: ListReaderDeps["confirm"] = async ({ pid }) => {
    const binary = await readlink(`/proc/${pid}/exe`).catch(() => "claude"); // not Linux: the one on PATH
    const agents = await listClaudeAgents({ binary, env });
    return agents.find((agent) => agent.pid === pid)?.status;
  };
  return readSessionList(
    { ...deps, dir: claudeConfigDir(env), confirm, confirmedBy: "claude agents" },
    signal,
  );
}

const statusSchema = z.looseObject({ status: z.string() });

/**
 * The lists of demo agents: each agent's home has one beside its transcripts. The file itself is their supported way:
 * it is replaced whole. One that has no hooks is nobody's business.
 */
export async function readDemoLists(deps: SharedDeps, signal: AbortSignal): Promise<void> {
  const reading = new Map<string, Promise<void>>();
  const confirmIn =
    (dir: string): ListReaderDeps["confirm"] =>
    async ({ pid }) => {
      const text = await readRegularFile(join(dir, "sessions", `${pid}.json`)).catch(() => "{}"); // it has ended
      return statusSchema.safeParse(JSON.parse(text)).data?.status;
    };
  const read = (dir: string) => {
    const own = {
      ...deps,
      dir,
      confirm: confirmIn(dir),
      confirmedBy: "its session file",
      found: () => undefined,
      gone: () => undefined,
    };
    return readSessionList(own, signal).catch((error: unknown) => deps.onError(error, `reading ${dir}`));
  };
  let known: readonly SessionRecord[] = [];
  while (!signal.aborted) {
    const live = deps.live();
    const dirs = live === known ? [] : live.flatMap(homeOf);
    for (const dir of dirs) if (!reading.has(dir)) reading.set(dir, read(dir));
    known = live;
    await (deps.pace ?? deps.clock).sleep(lookForFoldersMs, signal).catch(() => undefined); // aborted: the loop ends
  }
  await Promise.all(reading.values());
}

function homeOf({ cli, transcript }: SessionRecord): readonly string[] {
  return cli === "demo" && transcript !== undefined ? [dirname(dirname(transcript))] : [];
}
