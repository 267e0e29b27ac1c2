import { timeLimit, type SessionRecord } from "@fleetbus/core";
import type { Bus, BucketChange } from "@fleetbus/core/bus";
import { untilConnected } from "../life/connection.ts";
import { readRecord, readSaved } from "./saved.ts";

/**
 * The other machines' sessions, kept in memory: read once after each connection, followed since. It is behind the bucket
 * by one message of the server; who finds a session missing refreshes once, so that one which was saved before is found.
 */
export interface Roster {
  /** As last heard; while the server is away, as it was before. */
  others(): readonly SessionRecord[];
  /** Whether each change is being heard. */
  isFollowing(): boolean;
  /** Reads the bucket itself. Rejects with `unavailable`, after 3 s at the latest. */
  refresh(): Promise<void>;
  /** Follows the bucket until the signal aborts; rejects where that cannot be begun. */
  follow(signal: AbortSignal): Promise<void>;
}

/** What a roster needs. */
export interface RosterDeps {
  readonly machine: string;
  readonly bus: Pick<Bus, "bucket" | "isConnected" | "onConnection">;
  /** How long one refresh may take; 3000 unless given. */
  readonly refreshMs?: number;
}

const rebuildMs = 10_000;

interface Known {
  readonly revision: number;
  /** Absent: removed, this machine's own, or not to be read. */
  readonly record?: SessionRecord;
}

/** The roster of one daemon; it knows nobody yet. */
export function roster({ machine, bus, refreshMs = 3000 }: RosterDeps): Roster {
  const known = new Map<string, Known>();
  let isFollowing = false;
  const take = ({ key, value, revision }: BucketChange) => {
    if (revision <= (known.get(key)?.revision ?? 0)) return;
    const isOwn = key.startsWith(`${machine}.`);
    const record = isOwn || value === undefined ? undefined : readRecord(value);
    known.set(key, { revision, ...(record === undefined ? {} : { record }) });
  };
  const read = async (withinMs: number) => readSaved(await bus.bucket("sessions"), timeLimit(withinMs));
  const rebuild = async () => {
    const entries = await read(rebuildMs);
    known.clear(); // a bucket that was made anew counts from 1 again
    for (const entry of entries) take(entry);
    return Math.max(0, ...entries.map(({ revision }) => revision));
  };
  return {
    others: () => [...known.values()].flatMap(({ record }) => record ?? []),
    isFollowing: () => isFollowing,
    refresh: async () => {
      const before = [...known];
      const entries = await read(refreshMs);
      const keys = new Set(entries.map(({ key }) => key));
      // What is not there any more was removed, unless it came meanwhile.
      for (const [key, was] of before) if (known.get(key) === was && !keys.has(key)) known.delete(key);
      for (const entry of entries) take(entry);
    },
    follow: async (signal) => {
      await untilConnected(bus, signal);
      const connection = new AbortController();
      const off = bus.onConnection((isConnected) => isConnected || connection.abort());
      try {
        const after = await rebuild();
        const bucket = await bus.bucket("sessions");
        isFollowing = bus.isConnected();
        const either = AbortSignal.any([signal, connection.signal]);
        for await (const change of bucket.follow({ after, signal: either })) take(change);
      } finally {
        isFollowing = false;
        off();
      }
    },
  };
}
