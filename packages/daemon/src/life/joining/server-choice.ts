import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { FleetError, type FleetConfig, type Paths } from "@fleetbus/core";
import writeFileAtomic from "write-file-atomic";
import { z } from "zod";

/** Which server is wanted; none: one of fleet's own. */
export interface ServerChoice {
  /** URLs, with commas; may hold a user and password. */
  readonly connect?: string | undefined;
  /** A context of the nats CLI. */
  readonly context?: string | undefined;
}

const choiceSchema = z.object({ connect: z.string().optional(), context: z.string().optional() });

/**
 * The server to work with, the first of: what this start was told; what an earlier one was told, until `fleet down`, so
 * that a restart stays where the messages are; the settings (`FLEET_URL`, fleet.toml). Rejects with `usage` for two at once.
 */
export async function chooseServer(
  said: ServerChoice,
  { paths, config }: { readonly paths: Paths; readonly config: FleetConfig },
): Promise<ServerChoice> {
  if (said.connect !== undefined && said.context !== undefined)
    throw new FleetError("usage", "choosing a server: give --connect or --context, not both");
  if (isSaid(said)) return said;
  const remembered = await readChoice(paths);
  if (isSaid(remembered)) return remembered;
  const { url, context } = config.server;
  return url === undefined ? { context } : { connect: url };
}

/** Keeps what a start was told for the next ones; nothing where it was told nothing. */
export async function rememberChoice({ connect, context }: ServerChoice, paths: Paths): Promise<void> {
  if (!isSaid({ connect, context })) return;
  await writeFileAtomic(fileOf(paths), `${JSON.stringify({ connect, context })}\n`, { mode: 0o600 });
}

/** The next start goes by the settings again. */
export async function forgetChoice(paths: Paths): Promise<void> {
  await rm(fileOf(paths), { force: true });
}

function isSaid({ connect, context }: ServerChoice): boolean {
  return connect !== undefined || context !== undefined;
}

async function readChoice(paths: Paths): Promise<ServerChoice> {
  const text = await readFile(fileOf(paths), "utf8").catch(() => "{}"); // told nothing
  const parsed = choiceSchema.safeParse(jsonOf(text));
  return parsed.success ? parsed.data : {};
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {}; // damaged: the settings decide
  }
}

function fileOf({ dataDir }: Paths): string {
  return join(dataDir, "server-choice.json");
}
