import { readFile } from "node:fs/promises";
import { FleetError, revealSecret } from "@fleetbus/core";
import type { Context } from "../../command/context.ts";
import { readSettings } from "../../settings/read-settings.ts";

/** Of AES-256. */
const keyBytes = 32;

/** The key of `[run] key`, undefined where none is configured; rejects with `config` for what is none. */
export async function logKeyOf(context: Context): Promise<Buffer | undefined> {
  const { run } = (await readSettings(context)).config;
  if (run.key === undefined) return undefined;
  const { env } = context.world;
  return readKey(await revealSecret(run.key, { env, readFile: (path) => readFile(path, "utf8") }));
}

/** 32 bytes of base64 (also for URLs) or hex; throws `config` for anything else, and never shows it. */
export function readKey(text: string): Buffer {
  const given = text.trim();
  const key = /^[0-9a-f]{64}$/i.test(given)
    ? Buffer.from(given, "hex")
    : Buffer.from(/^[\w+/-]{43}=?$/.test(given) ? given : "", "base64");
  if (key.length === keyBytes) return key;
  throw new FleetError(
    "config",
    "reading run.key: it is not 32 bytes in base64 or hex; make one with: openssl rand -base64 32",
  );
}
