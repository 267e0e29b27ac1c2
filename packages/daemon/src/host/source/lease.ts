import { FleetError, type Clock } from "@fleetbus/core";
import type { Bucket } from "@fleetbus/core/bus";
import { z } from "zod";
import { jsonOf } from "../effects/effect.ts";

const ttlMs = 30_000;
const renewMs = 10_000;
const retryMs = 5000;

const leaseSchema = z.object({ machine: z.string(), run: z.string() });

/** Who of several machines listens to a far side that knows one listener. */
export interface Lease {
  /**
   * Runs the work while this machine holds the lease; waits for it first. The work's signal aborts when another one holds
   * it, or when it could not be renewed in time. Ends with the signal, and with whatever the work rejects.
   */
  hold(work: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void>;
  /** Who has it, where that is another machine. */
  elsewhere(): string | undefined;
}

/** What a lease needs. */
export interface LeaseDeps {
  /** The instance's name. */
  readonly name: string;
  readonly machine: string;
  /** New for each start: what an earlier run of this machine held is this one's. */
  readonly run: string;
  readonly clock: Clock;
  bucket(): Promise<Bucket>;
}

/** The lease of one instance: a key of `locks` that expires by itself, its revision the fencing token (DESIGN §3). */
export function leaseOn(deps: LeaseDeps): Lease {
  const { clock } = deps;
  let holder: string | undefined;
  const take = async (): Promise<number | undefined> => {
    const bucket = await deps.bucket();
    const entry = await bucket.get(keyOf(deps));
    const found = entry === undefined ? undefined : leaseSchema.safeParse(jsonOf(entry.value)).data;
    holder = found === undefined || found.machine === deps.machine ? undefined : found.machine;
    return holder === undefined ? write(deps, bucket, entry?.revision ?? 0) : undefined;
  };
  return {
    elsewhere: () => holder,
    hold: async (work, signal) => {
      let revision = await take();
      while (revision === undefined) {
        await clock.sleep(retryMs, signal);
        revision = await take();
      }
      await workUnder(deps, { work, revision }, signal);
    },
  };
}

async function workUnder(
  deps: LeaseDeps,
  held: { readonly revision: number; work(signal: AbortSignal): Promise<void> },
  signal: AbortSignal,
): Promise<void> {
  const lost = new AbortController();
  const over = new AbortController();
  const renewing = renew(deps, held.revision, over.signal).finally(() => lost.abort());
  try {
    await held.work(AbortSignal.any([signal, lost.signal]));
  } finally {
    over.abort();
    const revision = await renewing;
    if (revision !== undefined) await release(deps, revision).catch(() => undefined); // it expires
  }
}

/** Until the signal aborts, or it is another's; resolves with the revision that is still this run's. */
async function renew(deps: LeaseDeps, first: number, signal: AbortSignal): Promise<number | undefined> {
  const { clock } = deps;
  let revision = first;
  for (let renewedMs = clock.monotonic(); ;) {
    await clock.sleep(renewMs, signal).catch(() => undefined); // over: the loop ends
    if (signal.aborted) return revision;
    try {
      const next = await write(deps, await deps.bucket(), revision);
      if (next === undefined) return undefined;
      revision = next;
      renewedMs = clock.monotonic();
    } catch {
      // the server is away: it is held until its time is over, less one round
      if (clock.monotonic() - renewedMs >= ttlMs - renewMs) return undefined;
    }
  }
}

/** Undefined where another one was faster. */
async function write(deps: LeaseDeps, bucket: Bucket, revision: number): Promise<number | undefined> {
  const value = new TextEncoder().encode(JSON.stringify({ machine: deps.machine, run: deps.run }));
  try {
    return await bucket.put(keyOf(deps), value, { revision, ttlMs });
  } catch (error) {
    if (error instanceof FleetError && error.code === "conflict") return undefined;
    throw error;
  }
}

async function release(deps: LeaseDeps, revision: number): Promise<void> {
  const bucket = await deps.bucket();
  const entry = await bucket.get(keyOf(deps));
  if (entry?.revision === revision) await bucket.remove(keyOf(deps));
}

/** A key that no lock of a project bears: their parts are tokens. */
function keyOf({ name }: LeaseDeps): string {
  return `source=${name}`;
}
