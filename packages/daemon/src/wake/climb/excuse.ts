import type { Lease } from "../../inbox/lease.ts";
import type { PlannerDeps } from "./plan.ts";

/** Tells why a session still sleeps, to the sender of each of these messages once: those that came later learn it too. */
export type Excuse = (leases: readonly Lease[]) => void;

/** An excuse that nobody has heard yet. */
export function excuse(reason: string, asleep: PlannerDeps["asleep"]): Excuse {
  const told = new WeakSet<Lease>();
  return (leases) => {
    const untold = leases.filter((lease) => !told.has(lease));
    untold.forEach((lease) => told.add(lease));
    if (untold.length > 0) asleep(untold, reason);
  };
}
