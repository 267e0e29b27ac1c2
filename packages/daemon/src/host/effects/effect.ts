import { z } from "zod";

/**
 * One event on its way out of one instance, as the `effects` bucket keeps it under `<consumer>.<event id>` (NATS.md 11):
 * `claimed` by whoever sends it now (expires by itself), `waiting` for its next try, `done`, or `dead`. It is the
 * delivery record too. Times are milliseconds since 1970.
 */
const effectSchema = z.looseObject({
  state: z.enum(["claimed", "waiting", "done", "dead"]),
  event: z.string(),
  kind: z.string(),
  /** `<machine>/<session>` that the event is about. */
  session: z.string(),
  /** The last change. */
  at: z.number(),
  /** The first try. */
  since: z.number(),
  tries: z.int(),
  /** Notices that the far side took, of an event that became several. */
  sent: z.int(),
  /** Who sends it, and in which run of that machine's daemon. */
  machine: z.string(),
  run: z.string(),
  /** The next try, of what waits. */
  until: z.number().optional(),
  providerId: z.string().optional(),
  proves: z.string().optional(),
  /** Why the sink chose not to act. */
  skipped: z.string().optional(),
  /** The last failure, in the far side's words. */
  error: z.string().optional(),
  /** The delivery that ended in the dead letters: a later one of the same event is a retry. */
  seq: z.int().optional(),
});

/** What is known of one delivery. */
export type Effect = z.infer<typeof effectSchema>;

/** As it is stored. */
export function encodeEffect(effect: Effect): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(effect));
}

/** What is stored under a key; undefined for what is none (a counter, a list of states). */
export function decodeEffect(value: Uint8Array): Effect | undefined {
  const parsed = effectSchema.safeParse(jsonOf(value));
  return parsed.success ? parsed.data : undefined;
}

/** A stored value as JSON, undefined where it is none. */
export function jsonOf(value: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(value));
  } catch {
    return undefined; // somebody else's key
  }
}
