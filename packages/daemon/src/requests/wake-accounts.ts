import { eventDataSchemas, formatAddress, type FleetEvent, type Receipt } from "@fleetbus/core";
import type { WakeAccount } from "@fleetbus/core/api";
import type { Edge } from "./edge.ts";
import { readEvents } from "./streams.ts";

const kind = "turn.accounted";

/** What the woken turns have cost that one message was part of, by its receipts; empty while none is over. */
export async function wakeAccounts(
  edge: Edge,
  receipts: readonly Receipt[],
  signal: AbortSignal,
): Promise<readonly WakeAccount[]> {
  const timesIn = timesBySession(receipts);
  const [only, ...others] = timesIn.keys();
  if (only === undefined) return [];
  const since = new Date(Math.min(...[...timesIn.values()].map(([first = 0]) => first))).toISOString();
  const of = others.length === 0 ? { session: only } : {};
  const accounts: WakeAccount[] = [];
  for await (const event of readEvents(edge, { ...of, kind, since, isFollowing: false }, signal)) {
    const session = formatAddress(event.from);
    const account = accountIn(event, timesIn.get(session) ?? []);
    if (account !== undefined) accounts.push({ session, ...account });
  }
  return accounts;
}

/** When the message was in a turn of each session, the earliest first, in milliseconds since 1970. */
function timesBySession(receipts: readonly Receipt[]): ReadonlyMap<string, readonly number[]> {
  const times = new Map<string, number[]>();
  for (const { stage, to, time } of receipts) {
    if (stage !== "woken" && stage !== "offered" && stage !== "shown") continue;
    const session = formatAddress(to);
    times.set(session, [...(times.get(session) ?? []), Date.parse(time)]);
  }
  return times;
}

function accountIn({ data }: FleetEvent, times: readonly number[]): Omit<WakeAccount, "session"> | undefined {
  const read = eventDataSchemas[kind].safeParse(data);
  if (!read.success) return undefined;
  const { rung, since, durationMs = 0, outcome, tokens } = read.data;
  const from = Date.parse(since);
  if (!times.some((time) => from <= time && time <= from + durationMs)) return undefined;
  return {
    ...{ rung, durationMs },
    ...(outcome === undefined ? {} : { outcome }),
    ...(tokens === undefined ? {} : { tokens }),
  };
}
