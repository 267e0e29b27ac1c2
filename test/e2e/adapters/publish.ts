import { encodeEvent, type FleetEvent } from "@fleetbus/core";
import { headers as newHeaders, type NatsConnection } from "nats";

/** An event that goes straight to the server; resolves when the server has it. */
export async function publishEvent(
  connection: NatsConnection,
  what: Pick<FleetEvent, "id" | "kind"> & Partial<FleetEvent>,
): Promise<void> {
  const { subject, headers, data, dedupeId } = encodeEvent("main", {
    from: { machine: "lab", session: "web" },
    time: new Date().toISOString(),
    origin: "system",
    data: {},
    ...what,
  });
  const all = newHeaders();
  for (const [name, value] of Object.entries(headers)) all.set(name, value);
  await connection.jetstream().publish(subject, data, { headers: all, msgID: dedupeId });
}
