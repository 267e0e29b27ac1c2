import { createHash } from "node:crypto";
import { realpathSync } from "node:fs";
import type { Paths } from "@fleetbus/core";

/** Which fleet of this machine a crew is of, by where it keeps its data: several may launch into one multiplexer. */
export function fleetId({ dataDir }: Pick<Paths, "dataDir">): string {
  return createHash("sha256").update(realPath(dataDir)).digest("hex").slice(0, 8);
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path; // not made yet: it has launched nothing
  }
}
