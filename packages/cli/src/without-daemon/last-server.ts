import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { FleetError, type Paths } from "@fleetbus/core";

/** Where the server that fleet runs on this machine listened last; rejects with `unavailable` where there was none. */
export async function lastServerUrl(paths: Pick<Paths, "serverDir">): Promise<string> {
  const file = join(paths.serverDir, "state.json");
  const text = await readFile(file, "utf8").catch(() => "null"); // never started here
  const port = portIn(text);
  if (port !== undefined) return `nats://127.0.0.1:${port}`;
  throw new FleetError("unavailable", `reaching the server: no server of fleet's own has run here (${file})`);
}

function portIn(text: string): number | undefined {
  try {
    const state: unknown = JSON.parse(text);
    const port: unknown =
      typeof state === "object" && state !== null ? Reflect.get(state, "port") : undefined;
    return typeof port === "number" && port > 0 ? port : undefined;
  } catch {
    return undefined; // damaged: as if there were none
  }
}
