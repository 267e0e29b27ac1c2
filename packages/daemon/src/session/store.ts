import { FleetError, timeLimit, toFleetError, type Clock, type SessionRecord } from "@fleetbus/core";
import type { Bucket } from "@fleetbus/core/bus";
import { readRecord, readSaved } from "./saved.ts";

/** Ten thousand records take a fifth of a second. */
const loadMs = 30_000;

/** The `sessions` bucket: each machine writes its own records, everybody reads all. */
export interface SessionStore {
  /** Saves the newest record of a session soon; older unsaved ones are skipped. Never throws. */
  save(record: SessionRecord): void;
  remove(record: SessionRecord): void;
  /** Every machine's records; what cannot be read is left out. Rejects with `unavailable`, after 30 s at the latest. */
  load(): Promise<readonly SessionRecord[]>;
  /**
   * Resolves when all that was given to `save` is with the server, or the signal aborts. The last call: what is unsaved
   * then, or is given to `save` afterwards, is rebuilt from EVENTS by the next daemon.
   */
  flush(signal: AbortSignal): Promise<void>;
}

/** What a store needs. `bucket` rejects while there is no server. */
export interface SessionStoreDeps {
  bucket(): Promise<Bucket>;
  readonly clock: Clock;
  onError(error: unknown, doing: string): void;
}

/** The store of one daemon. */
export function sessionStore(deps: SessionStoreDeps): SessionStore {
  const unsaved = new Map<string, SessionRecord | undefined>();
  const revisions = new Map<string, number>();
  const ending = new AbortController();
  let writing: Promise<void> | undefined;

  const queue = (record: SessionRecord, value: SessionRecord | undefined) => {
    if (ending.signal.aborted) return;
    unsaved.set(keyOf(record), value);
    writing ??= writeAll().finally(() => (writing = undefined));
  };
  const writeAll = async () => {
    while (unsaved.size > 0 && !ending.signal.aborted) {
      const [key, record] = [...unsaved][0] ?? [];
      if (key === undefined) return;
      unsaved.delete(key);
      const isWritten = await writeOne(key, record);
      if (isWritten) continue;
      if (!unsaved.has(key)) unsaved.set(key, record);
      await deps.clock.sleep(500, ending.signal).catch(() => undefined); // ended: nobody waits for it any more
    }
  };
  const writeOne = async (key: string, record: SessionRecord | undefined): Promise<boolean> => {
    try {
      const bucket = await deps.bucket();
      if (record === undefined) await bucket.remove(key).then(() => revisions.delete(key));
      else
        revisions.set(
          key,
          await putOver(bucket, key, { value: encode(record), revision: revisions.get(key) }),
        );
      return true;
    } catch (error) {
      if (toFleetError(error).isRetryable) return false;
      deps.onError(error, `saving session ${key}`);
      return true;
    }
  };
  return {
    save: (record) => queue(record, record),
    remove: (record) => queue(record, undefined),
    load: async () => {
      const entries = await readSaved(await deps.bucket(), timeLimit(loadMs));
      for (const entry of entries) revisions.set(entry.key, entry.revision);
      return entries.flatMap(({ value }) => readRecord(value) ?? []);
    },
    flush: async (signal) => {
      while (writing !== undefined && !signal.aborted) await Promise.race([writing, deps.clock.sleep(50)]);
      ending.abort();
    },
  };
}

interface Write {
  readonly value: Uint8Array;
  readonly revision: number | undefined;
}

/** Writes on the revision we know; after a conflict on the one that is there: the machine that owns a record has the last word. */
async function putOver(bucket: Bucket, key: string, { value, revision }: Write): Promise<number> {
  try {
    return await bucket.put(key, value, { revision: revision ?? 0 });
  } catch (error) {
    if (!(error instanceof FleetError) || error.code !== "conflict") throw error;
    const there = await bucket.get(key);
    return bucket.put(key, value, { revision: there?.revision ?? 0 });
  }
}

function keyOf(record: SessionRecord): string {
  return `${record.machine}.${record.name}`;
}

function encode(record: SessionRecord): Uint8Array {
  return Buffer.from(JSON.stringify(record));
}
