import { z } from "zod";
import { FleetError } from "../../errors/fleet-error.ts";
import { isPermissionError, toBusError } from "./errors.ts";
import type { LinkParts } from "./link.ts";

/** NATS.md, decision 1: below, expiry is accepted and does nothing. */
const floor = { major: 2, minor: 14, apiLevel: 4 };

const accountSchema = z.looseObject({ api: z.looseObject({ level: z.int().optional() }) });

/**
 * Rejects with `version` for a server that is too old to work with. A session's credential may not ask for the feature
 * level; for it the version alone decides.
 */
export async function requireFloor(parts: Pick<LinkParts, "nc" | "jsm">): Promise<void> {
  const version = parts.nc.info?.version ?? "unknown";
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major < floor.major || (major === floor.major && minor < floor.minor)) {
    throw tooOld(`nats-server ${version}`);
  }
  const level = await apiLevel(parts);
  if (level !== undefined && level < floor.apiLevel) {
    throw tooOld(`nats-server ${version} with JetStream feature level ${level}`);
  }
}

async function apiLevel({ jsm }: Pick<LinkParts, "jsm">): Promise<number | undefined> {
  try {
    return accountSchema.parse(await jsm.getAccountInfo()).api.level ?? 0;
  } catch (error) {
    if (isPermissionError(error)) return undefined;
    throw toBusError(error, "asking the server for its JetStream");
  }
}

function tooOld(found: string): FleetError {
  const needed = `fleet needs ${floor.major}.${floor.minor} or newer (feature level ${floor.apiLevel})`;
  const way = "connect to a newer server, or let `fleet up` start its own";
  return new FleetError("version", `using ${found}: ${needed}; ${way}`);
}
