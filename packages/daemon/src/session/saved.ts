import { FleetError, sessionRecordSchema, type SessionRecord } from "@fleetbus/core";
import type { Bucket, Entry } from "@fleetbus/core/bus";

/** All that is saved in the `sessions` bucket. Rejects with `unavailable`, also when the signal aborts. */
export async function readSaved(bucket: Bucket, signal: AbortSignal): Promise<readonly Entry[]> {
  try {
    return await bucket.entries(signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    const text = "reading the sessions of all machines: the server took too long; `fleet status` shows it";
    throw new FleetError("unavailable", text, { cause: error });
  }
}

/** A saved record; undefined where it cannot be read, as one of a newer fleet. */
export function readRecord(value: Uint8Array): SessionRecord | undefined {
  try {
    return sessionRecordSchema.safeParse(JSON.parse(Buffer.from(value).toString("utf8"))).data;
  } catch {
    return undefined; // not JSON: foreign
  }
}
