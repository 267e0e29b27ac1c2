import { access } from "node:fs/promises";
import type { Paths } from "@fleetbus/core";
import { clientFile, installClient, installLine, lineFile } from "@fleetbus/hooks";

/**
 * Brings what hooks and status lines run up to date with this daemon: settings point at copies that an older fleet wrote.
 * What was never installed is not made. Throws `storage`.
 */
export async function refreshScripts(
  paths: Pick<Paths, "hooksDir" | "dropDir" | "endpointFile" | "runDir">,
  platform: string,
): Promise<void> {
  if (await isThere(clientFile(paths))) await installClient(paths, { platform });
  if (await isThere(lineFile(paths))) await installLine(paths);
}

async function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false, // nobody installed it
  );
}
