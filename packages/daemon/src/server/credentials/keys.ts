import { chmod, link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { FleetError, messageOf, type Clock } from "@fleetbus/core";
import { z } from "zod";
import { newNkey, nkeyFromSeed, type Nkey } from "./nkey.ts";

/** An account: its identity, and the key that makes its users. The identity's own seed is not kept; nothing needs it. */
export interface AccountKeys {
  readonly account: string;
  readonly signer: Nkey;
}

/** Every key of a server that fleet runs. */
export interface Keys {
  readonly createdAtMs: number;
  readonly operator: Nkey;
  readonly system: AccountKeys;
  readonly hub: AccountKeys;
  readonly sessions: AccountKeys;
}

const accountSchema = z.object({ account: z.string(), signer: z.string() });
const fileSchema = z.object({
  version: z.literal(1),
  createdAtMs: z.number(),
  operator: z.string(),
  system: accountSchema,
  hub: accountSchema,
  sessions: accountSchema,
});
type KeyFile = z.infer<typeof fileSchema>;

/** Where keys and creds files stand: 0700, files 0600. */
export function keysDir(serverDir: string): string {
  return join(serverDir, "keys");
}

/**
 * Reads the server's keys, or makes them once: of two processes that do so at the same time, one wins and both read its keys.
 * Throws `storage` where the folder cannot be used, `malformed` where the file is damaged (it is never replaced: every
 * credential in use hangs on it).
 */
export async function loadKeys(serverDir: string, clock: Clock): Promise<Keys> {
  const folder = keysDir(serverDir);
  const file = join(folder, "keys.json");
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await chmod(folder, 0o700);
    const text = (await readIfThere(file)) ?? (await create(file, clock));
    await chmod(file, 0o600);
    return keysOf(text, file);
  } catch (error) {
    if (error instanceof FleetError) throw error;
    throw new FleetError("storage", `keeping the server's keys in ${folder}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

async function readIfThere(file: string): Promise<string | undefined> {
  return readFile(file, "utf8").catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  });
}

async function create(file: string, clock: Clock): Promise<string> {
  const draft = `${file}.${process.pid}.${newNkey("user").publicKey}`;
  try {
    await writeFile(draft, JSON.stringify(newKeyFile(clock), null, 2), {
      mode: 0o600,
      flag: "wx",
      flush: true,
    });
    await link(draft, file).catch((error: unknown) => {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error; // another process was first
    });
    return await readFile(file, "utf8");
  } finally {
    await rm(draft, { force: true });
  }
}

function newKeyFile(clock: Clock): KeyFile {
  const account = () => ({ account: newNkey("account").publicKey, signer: newNkey("account").seed });
  return {
    version: 1,
    createdAtMs: clock.now(),
    operator: newNkey("operator").seed,
    system: account(),
    hub: account(),
    sessions: account(),
  };
}

function keysOf(text: string, file: string): Keys {
  try {
    const parsed = fileSchema.parse(JSON.parse(text));
    const account = (kept: KeyFile["hub"]) => ({ account: kept.account, signer: nkeyFromSeed(kept.signer) });
    return {
      createdAtMs: parsed.createdAtMs,
      operator: nkeyFromSeed(parsed.operator),
      system: account(parsed.system),
      hub: account(parsed.hub),
      sessions: account(parsed.sessions),
    };
  } catch (error) {
    throw new FleetError(
      "malformed",
      `reading ${file}: damaged; restore it from a backup, or stop fleet and move the whole folder away`,
      {
        cause: error,
      },
    );
  }
}
