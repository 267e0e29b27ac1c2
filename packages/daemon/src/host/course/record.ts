import type { SendReceipt } from "@fleetbus/core";
import type { Claimed, SendDeps } from "./send.ts";

/** Writes down that the far side has them, and acknowledges them. Rejects where the server is away. */
export async function recordAll(
  deps: SendDeps,
  items: readonly Claimed[],
  receipt: SendReceipt,
): Promise<void> {
  for (const { event } of items) {
    deps.unrecorded.set(event.id, receipt);
    deps.onSent(event, receipt);
  }
  await Promise.all(items.map((item) => recordOne(deps, item, receipt)));
}

/** Where the server is away it is remembered here, and recorded when it is delivered again. */
export async function recordOne(
  deps: SendDeps,
  { claim, delivery, event }: Claimed,
  receipt: SendReceipt,
): Promise<void> {
  const { proves } = deps.adapter.spec.traits;
  try {
    await claim.done({
      ...(receipt.skipped === undefined ? { proves } : { skipped: receipt.skipped }),
      ...(receipt.providerId === undefined ? {} : { providerId: receipt.providerId }),
    });
  } finally {
    claim.drop();
  }
  deps.unrecorded.delete(event.id);
  await delivery.ack();
}
