import type { AdapterView } from "@fleetbus/core/api";
import { sanitiseLine, timeLimit } from "@fleetbus/core";
import { contextOf, type Context } from "../command/context.ts";

/** How long the end of `fleet run` may wait for the daemon to name its adapters. */
const withinMs = 2000;

/**
 * What is to be said of names in `--to` that no adapter of this machine bears; nothing where the daemon is away or slow: what
 * is not known is not claimed. Starts no daemon. Never rejects.
 */
export async function unknownAdapters(
  names: readonly string[],
  { world }: Context,
): Promise<readonly string[]> {
  if (names.length === 0) return [];
  const signal = AbortSignal.any([world.signal, timeLimit(withinMs)]);
  const env = { ...world.env, FLEET_NO_AUTOSTART: "1" };
  try {
    const { items } = await contextOf({ ...world, signal, env })
      .api()
      .adapters();
    return unknownOf(names, items);
  } catch {
    return []; // the daemon is away: nobody knows
  }
}

function unknownOf(names: readonly string[], items: readonly AdapterView[]): readonly string[] {
  const known = items.filter((item) => !isRung(item)).map(({ name }) => name);
  const there = known.length === 0 ? "there are none" : `there are ${known.join(", ")}`;
  return [...new Set(names)]
    .filter((name) => !known.includes(name))
    .map((name) => `fleet: --to: no adapter ${sanitiseLine(name)} on this machine; ${there}`);
}

/** A way to wake sessions: it tells nobody of runs. */
function isRung({ on }: AdapterView): boolean {
  return on.length > 0 && on.every((kind) => kind.startsWith("wake."));
}
