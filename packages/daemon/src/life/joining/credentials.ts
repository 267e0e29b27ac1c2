import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import type { Address, Paths } from "@fleetbus/core";
import type { JoinedServer } from "./join-server.ts";

/** Where `fleet pub` finds how to reach the server when no daemon answers (DESIGN §9). */
export interface CredentialFiles {
  /** Writes a mailbox's own credential, once a run; off the ingest loop. Nothing on a server that is not fleet's own. */
  provide(owner: Address): Promise<void>;
}

/** Writes the server's address, and credentials on demand: all 0600. */
export async function credentialFiles(
  server: JoinedServer,
  ns: string,
  paths: Paths,
): Promise<CredentialFiles> {
  const folder = join(paths.dataDir, "creds");
  const written = new Set<string>();
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await mkdir(paths.serverDir, { recursive: true, mode: 0o700 });
  await writeFileAtomic(join(paths.serverDir, "url"), `${server.url}\n`, { mode: 0o600 });
  return {
    provide: async ({ machine, session }) => {
      if (server.minted === undefined || written.has(session)) return;
      written.add(session);
      const creds = server.minted.mintSession({ ns, machine, session });
      await writeFileAtomic(join(folder, `${session}.creds`), creds, { mode: 0o600 });
    },
  };
}
