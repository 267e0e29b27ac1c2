import type { ReceiptWriter } from "../../inbox/receipts.ts";
import type { PlannerDeps } from "./plan.ts";

/** What the senders of waiting mail learn of a climb: by which rung it woke, or why it did not. */
export function wakeReceipts(receipts: Pick<ReceiptWriter, "write">): Pick<PlannerDeps, "woken" | "asleep"> {
  return {
    woken: (leases, rung) => {
      for (const lease of leases) {
        lease.wakes += 1;
        void receipts.write(lease, { stage: "woken", rung });
      }
    },
    asleep: (leases, reason) => {
      for (const lease of leases)
        void receipts.write(lease, { stage: "deferred", reason: `not woken: ${reason}` });
    },
  };
}
