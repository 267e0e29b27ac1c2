import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { z } from "zod";
import writeFileAtomic from "write-file-atomic";

const stateSchema = z.object({
  /** The server says it in its first line, so that it is known again; no two installations share it. */
  name: z.string().regex(/^fleet-[0-9a-f]{12}$/),
  /** 0 before the first start. */
  port: z.number().int().min(0).max(65_535),
});

/** What a managed server keeps between runs. */
export type ServerState = z.infer<typeof stateSchema>;

/** Reads the state; a missing or damaged file gives a new one, as all that hangs on it is the choice of a port. */
export async function readState(file: string): Promise<ServerState> {
  const text = await readFile(file, "utf8").catch(() => "{}"); // first start
  const parsed = stateSchema.safeParse(jsonOf(text));
  return parsed.success ? parsed.data : { name: `fleet-${randomBytes(6).toString("hex")}`, port: 0 };
}

/** Keeps the state for the next run. */
export async function writeState(file: string, state: ServerState): Promise<void> {
  await writeFileAtomic(file, `${JSON.stringify(state)}\n`, { mode: 0o600 });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // damaged
  }
}
