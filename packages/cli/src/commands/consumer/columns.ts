import type { ConsumerView } from "@fleetbus/core/api";
import type { Column } from "../../output/table.ts";

/** The columns of a list of durable consumers. */
export const consumerColumns: readonly Column<ConsumerView>[] = [
  { title: "CONSUMER", show: (consumer) => consumer.name },
  { title: "ROLE", show: (consumer) => consumer.role },
  { title: "STREAM", show: (consumer) => consumer.stream },
  { title: "PENDING", show: (consumer) => consumer.pending },
  { title: "ACK-PENDING", show: (consumer) => consumer.ackPending },
  { title: "REDELIVERED", show: (consumer) => consumer.redelivered },
  { title: "LAST", show: (consumer) => consumer.lastDelivered },
  { title: "NOTE", show: noteOf },
];

function noteOf({ isPaused, isOrphan = false }: ConsumerView): string | undefined {
  const notes = [isPaused ? "paused" : [], isOrphan ? "its adapter was removed: it goes within a day" : []];
  return notes.flat().join("; ") || undefined;
}
