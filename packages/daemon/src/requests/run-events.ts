import { bytesOf, FleetError, formatAddress, type FleetEvent } from "@fleetbus/core";
import type { Identity, RunEventAnswer, RunEventRequest } from "@fleetbus/core/api";
import type { Edge } from "./edge.ts";

/** As much as is sure to fit the server's megabyte beside the envelope. */
const maxDataBytes = 256 * 1024;

/**
 * Takes over what happened to a wrapped command, as an event of the caller's session: on disk when it resolves. The same
 * id again is deduplicated by the server.
 */
export async function takeRunEvent(
  edge: Pick<Edge, "outbox" | "codec">,
  { machine, session, origin }: Identity,
  { id, kind, time, data }: RunEventRequest,
): Promise<RunEventAnswer> {
  const size = bytesOf(JSON.stringify(data));
  if (size > maxDataBytes)
    throw new FleetError("too_large", `taking ${kind} ${id}: its data have ${size} bytes of ${maxDataBytes}`);
  const event: FleetEvent = { id, kind, time, data, origin, from: { machine, session } };
  await edge.outbox.add([edge.codec.encodeEvent(event)]);
  return { id, from: formatAddress(event.from) };
}
