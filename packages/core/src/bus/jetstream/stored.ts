import type { Incoming } from "../port.ts";
import { streamId, type StreamName } from "../layout.ts";
import { FleetError, messageOf } from "../../errors/fleet-error.ts";
import { apiCodes, isApiError } from "./errors.ts";
import { fromMsgHdrs } from "./headers.ts";
import type { Link } from "./link.ts";

/** One message of a stream. */
export interface Place {
  readonly ns: string;
  readonly stream: StreamName;
  readonly seq: number;
}

/** The stored message, or undefined. */
export function getStored(link: Link, { ns, stream, seq }: Place): Promise<Incoming | undefined> {
  return link.call(`reading message ${seq} of ${stream}`, async () => {
    const found = await link.jsm.streams.getMessage(streamId(ns, stream), { seq });
    if (found === null) return undefined;
    const { subject, time, header, data } = found;
    return { subject, seq: found.seq, time: time.getTime(), headers: fromMsgHdrs(header), data };
  });
}

/** Overwrites and removes it; false when it was not there. Rejects with `refused` for a stream that forgets nothing. */
export function eraseStored(link: Link, { ns, stream, seq }: Place): Promise<boolean> {
  const doing = `erasing message ${seq} of ${stream}`;
  return link.call(doing, async () => {
    try {
      return await link.jsm.streams.deleteMessage(streamId(ns, stream), seq, true);
    } catch (error) {
      if (isApiError(error, apiCodes.sequenceNotFound)) return false;
      // One code for all that the store says to a removal: only its text tells them apart.
      if (!isApiError(error, apiCodes.deleteFailed)) throw error;
      if (/not permitted/.test(messageOf(error)))
        throw new FleetError("refused", `${doing}: the stream is append-only`);
      if (/EOF|no message found/.test(messageOf(error))) return false;
      throw error;
    }
  });
}
