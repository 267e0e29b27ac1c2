import { readFile } from "node:fs/promises";
import { readLogKey, revealSecret } from "@fleetbus/core";
import type { Context } from "../../command/context.ts";
import { readSettings } from "../../settings/read-settings.ts";

/** The key of `[run] key`, undefined where none is configured; rejects with `config` for what is none. */
export async function logKeyOf(context: Context): Promise<Buffer | undefined> {
  const { run } = (await readSettings(context)).config;
  if (run.key === undefined) return undefined;
  const { env } = context.world;
  return readLogKey(await revealSecret(run.key, { env, readFile: (path) => readFile(path, "utf8") }));
}
