import { mkdir, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { z } from "zod";

/** The kill switch (DESIGN §5 Storm guard): while paused nothing is offered to, and nobody wakes, the session or the whole fleet. */
export interface Pauses {
  isPaused(session: string): boolean;
  isFleetPaused(): boolean;
  /** Without a session: the whole fleet. Resolves when it is on disk, so that it outlives a crash. */
  set(session: string | undefined, isPaused: boolean): Promise<void>;
  /** A pause is the session's, whatever it is called. Resolves when it is on disk. */
  rename(from: string, to: string): Promise<void>;
}

const fileSchema = z.object({ fleet: z.boolean(), sessions: z.array(z.string()) });

/** The pauses as `file` keeps them. */
export async function openPauses(file: string): Promise<Pauses> {
  const saved = await read(file);
  const sessions = new Set(saved.sessions);
  let fleet = saved.fleet;
  const save = async () => {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFileAtomic(file, JSON.stringify({ fleet, sessions: [...sessions] }));
  };
  return {
    isPaused: (session) => fleet || sessions.has(session),
    isFleetPaused: () => fleet,
    set: async (session, isPaused) => {
      if (session === undefined) fleet = isPaused;
      else if (isPaused) sessions.add(session);
      else sessions.delete(session);
      await save();
    },
    rename: async (from, to) => {
      if (!sessions.delete(from)) return;
      sessions.add(to);
      await save();
    },
  };
}

async function read(file: string): Promise<z.infer<typeof fileSchema>> {
  const text = await readFile(file, "utf8").catch(() => "{}"); // never paused
  const parsed = fileSchema.safeParse(safeJson(text));
  return parsed.success ? parsed.data : { fleet: false, sessions: [] };
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // damaged: nothing is paused
  }
}
