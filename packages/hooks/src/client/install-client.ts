import { access, chmod, constants, mkdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { FleetError, messageOf, type Paths } from "@fleetbus/core";
import writeFileAtomic from "write-file-atomic";
import { clientName, renderClient } from "./render.ts";

/** The places of `Paths` that concern the client. */
export type ClientPaths = Pick<Paths, "hooksDir" | "dropDir" | "endpointFile">;

/** What the machine has; both come from outside so that a test can be another machine. */
export interface ClientMachine {
  /** `process.platform`. macOS gets the curl client: its bash 3.2 can neither bound nor time a read. */
  readonly platform: string;
  /** Where to look for bash. */
  readonly bashes?: readonly string[];
}

/** What an installation did. */
export interface InstalledClient {
  /** The stable copy that settings point at. */
  readonly file: string;
  /** False when the very same client stood there already. */
  readonly hasChanged: boolean;
}

const bashes = ["/bin/bash", "/usr/bin/bash", "/usr/local/bin/bash", "/run/current-system/sw/bin/bash"];

/**
 * Writes the stable copy of the hook client (DESIGN §8: removing a checkout breaks nothing) and the drop folder.
 * Atomic and idempotent: a hook that runs meanwhile has either client whole. Throws `storage`; the caller may retry.
 */
export async function installClient(paths: ClientPaths, machine: ClientMachine): Promise<InstalledClient> {
  const file = clientFile(paths);
  try {
    await privateFolder(paths.hooksDir);
    await privateFolder(paths.dropDir);
    const text = renderClient({ ...paths, bash: await findBash(machine) });
    if (await isThere(file, text)) return { file, hasChanged: false };
    await writeFileAtomic(file, text, { mode: 0o755 });
    return { file, hasChanged: true };
  } catch (cause) {
    throw new FleetError("storage", `writing the hook client ${file}: ${messageOf(cause)}`, { cause });
  }
}

/** Where the stable copy stands, or would. */
export function clientFile(paths: Pick<Paths, "hooksDir">): string {
  return join(paths.hooksDir, clientName);
}

async function privateFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
}

async function findBash(machine: ClientMachine): Promise<string | undefined> {
  if (machine.platform === "darwin") return undefined;
  for (const bash of machine.bashes ?? bashes) {
    if (await isRunnable(bash)) return bash;
  }
  return undefined;
}

async function isRunnable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function isThere(file: string, text: string): Promise<boolean> {
  try {
    const [now, { mode }] = await Promise.all([readFile(file, "utf8"), stat(file)]);
    return now === text && (mode & 0o777) === 0o755;
  } catch {
    // Missing or unreadable: it is written, and that says what is wrong.
    return false;
  }
}
