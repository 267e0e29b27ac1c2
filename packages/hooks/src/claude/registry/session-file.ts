import { z } from "zod";
import { readRegularFile } from "../../regular-file.ts";

/** What a session of Claude Code says of itself in `sessions/<pid>.json`. */
const sessionFileSchema = z.object({
  pid: z.int().positive(),
  sessionId: z.string(),
  cwd: z.string(),
  status: z.enum(["busy", "idle", "waiting"]),
  /** As `permission prompt` or `dialog open`; only while waiting. */
  waitingFor: z.string().optional(),
  /** `session:@window.%pane`, in the tmux server of its own environment. */
  tmux: z.string().optional(),
  messagingSocketPath: z.string().optional(),
  name: z.string().optional(),
  /** Milliseconds since 1970. */
  updatedAt: z.number().optional(),
  /** The kernel's start time of the process, so that a reused pid is not taken for it. */
  procStart: z.string().optional(),
  version: z.string().optional(),
  kind: z.string().optional(),
});

/** One session, as its file describes it; `status` tells busy, idle or waiting where no hook does. */
export type ClaudeSession = z.infer<typeof sessionFileSchema>;

/**
 * Reads one file. `unfinished`: gone, half written, or not yet with a status (the CLI writes in place, and the status
 * last); a later look finds it whole. `unknown`: whole, but of another shape.
 */
export async function readSessionFile(path: string): Promise<ClaudeSession | "unfinished" | "unknown"> {
  let value: unknown;
  try {
    value = JSON.parse(await readRegularFile(path));
  } catch {
    return "unfinished";
  }
  const parsed = sessionFileSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  return isStarting(value) ? "unfinished" : "unknown";
}

function isStarting(value: unknown): boolean {
  return typeof value === "object" && value !== null && "pid" in value && !("status" in value);
}
