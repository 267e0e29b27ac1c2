import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { z } from "zod";
import { FleetError, messageOf } from "@fleetbus/core";

const run = promisify(execFile);

const agentsSchema = z.array(
  z.looseObject({
    pid: z.int().positive().optional(),
    sessionId: z.string().optional(),
    cwd: z.string().optional(),
    kind: z.string().optional(),
    name: z.string().optional(),
    status: z.string().optional(),
    waitingFor: z.string().optional(),
  }),
);

/** One session as `claude agents --json` lists it; `status` is `busy`, `idle` or `waiting` in 2.1.329. */
export type ClaudeAgent = z.infer<typeof agentsSchema>[number];

/** How to run the CLI's own reader. */
export interface ClaudeAgentsOptions {
  /** The CLI's executable. */
  readonly binary: string;
  /** HOME or CLAUDE_CONFIG_DIR in it decides whose sessions are listed. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
  /** 5000 unless given. */
  readonly timeoutMs?: number;
}

/**
 * Asks Claude Code itself which sessions run and what they do: the supported reader, about 190 ms and 131 MB a run
 * (HOOKS.md §1.7), so run it to confirm, not to watch. Sessions without a process are not in the list.
 * Throws `failed` when it cannot run or ends badly, `malformed` when its answer is not understood; the caller retries.
 */
export async function listClaudeAgents(options: ClaudeAgentsOptions): Promise<readonly ClaudeAgent[]> {
  const { binary, env, signal, timeoutMs = 5000 } = options;
  const { stdout } = await run(binary, ["agents", "--json"], {
    env: { ...env },
    timeout: timeoutMs,
    killSignal: "SIGKILL",
    ...(signal === undefined ? {} : { signal }),
  }).catch((cause: unknown) => {
    throw new FleetError("failed", `asking ${binary} for its sessions: ${messageOf(cause)}`, { cause });
  });
  return parseAgents(stdout, binary);
}

function parseAgents(text: string, binary: string): readonly ClaudeAgent[] {
  try {
    return agentsSchema.parse(JSON.parse(text));
  } catch (cause) {
    const message = `reading the sessions that ${binary} lists: not the JSON array that fleet knows`;
    throw new FleetError("malformed", message, { cause });
  }
}
