import { eventDataSchemas, formatAddress, type Address, type FleetEvent, type Receipt } from "@fleetbus/core";
import type { WakeAccount } from "@fleetbus/core/api";
import type { Edge } from "./edge.ts";
import { nowOf } from "./mail.ts";
import { readEvents, type EventsEdge } from "./streams.ts";

const kind = "turn.accounted";

/**
 * What the woken turns have cost that one message was part of, by its receipts; empty while none is over. A session that
 * was renamed meanwhile, maybe in that turn, is called as it is now.
 */
export async function wakeAccounts(
  edge: EventsEdge & Pick<Edge, "machine" | "names">,
  receipts: readonly Receipt[],
  signal: AbortSignal,
): Promise<readonly WakeAccount[]> {
  const nameOf = (address: Address, time: string) =>
    formatAddress(nowOf(edge, address, { seq: Number.POSITIVE_INFINITY, time }));
  const timesIn = timesBySession(receipts, nameOf);
  if (timesIn.size === 0) return [];
  const since = new Date(Math.min(...[...timesIn.values()].map(([first = 0]) => first))).toISOString();
  const [only, ...others] = new Set([...timesIn.keys(), ...receipts.map(({ to }) => formatAddress(to))]);
  const of = only !== undefined && others.length === 0 ? { session: only } : {};
  const accounts: WakeAccount[] = [];
  for await (const event of readEvents(edge, { ...of, kind, since, isFollowing: false }, signal)) {
    const session = nameOf(event.from, event.time);
    const account = accountIn(event, timesIn.get(session) ?? []);
    if (account !== undefined) accounts.push({ session, ...account });
  }
  return accounts;
}

/** When the message was in a turn of each session, the earliest first, in milliseconds since 1970. */
function timesBySession(
  receipts: readonly Receipt[],
  nameOf: (address: Address, time: string) => string,
): ReadonlyMap<string, readonly number[]> {
  const times = new Map<string, number[]>();
  for (const { stage, to, time } of receipts) {
    if (stage !== "woken" && stage !== "offered" && stage !== "shown") continue;
    const session = nameOf(to, time);
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
