import { readFile } from "node:fs/promises";
import { readLogKey, revealSecret } from "@fleetbus/core";
import type { Local } from "../../life/local.ts";
import { loadSettings } from "../../life/settings.ts";
import { adapterSchemas } from "../entry/schemas.ts";

/**
 * The key of `[run] key`, read when a log is to be attached and not kept. Undefined where none is configured; rejects with
 * `config` where the daemon cannot have it.
 */
export async function runKeyOf({ paths, env }: Pick<Local, "paths" | "env">): Promise<Buffer | undefined> {
  const { key } = (await loadSettings(paths, env, adapterSchemas)).config.run;
  if (key === undefined) return undefined;
  return readLogKey(await revealSecret(key, { env, readFile: (path) => readFile(path, "utf8") }));
}
