import { FleetError } from "../errors/fleet-error.ts";
import type { BucketShape } from "./layout.ts";

/** Returns a key that the server takes: letters, digits and `-/_=.`, no dot at an end or beside another. Throws `usage`. */
export function requireKey(shape: BucketShape, key: string): string {
  if (/^[-/_=a-zA-Z0-9]+(\.[-/_=a-zA-Z0-9]+)*$/.test(key)) return key;
  throw new FleetError(
    "usage",
    `reading key "${key}" of bucket ${shape.name}: use letters, digits and - / _ = .`,
  );
}

/** Throws `usage` for a time to live that the bucket or the server's granularity of a second does not allow. */
export function requireTtl(shape: BucketShape, key: string, ttlMs: number | undefined): void {
  if (ttlMs === undefined) return;
  const place = `writing ${key} of bucket ${shape.name}`;
  if (shape.hasKeyTtl !== true)
    throw new FleetError("usage", `${place}: its keys do not expire by themselves`);
  if (ttlMs < 1000 || ttlMs % 1000 !== 0) {
    throw new FleetError("usage", `${place}: ${ttlMs} ms to live is not in whole seconds`);
  }
}
