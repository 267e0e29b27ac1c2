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

/** Where to look for the newest message. */
export interface Newest {
  readonly ns: string;
  readonly stream: StreamName;
  readonly subjects: readonly string[];
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

/** The newest sequence on any of the subjects, 0 for none. One request a subject. */
export async function lastStored(link: Link, { ns, stream, subjects }: Newest): Promise<number> {
  const found = await Promise.all(subjects.map((subject) => lastOn(link, streamId(ns, stream), subject)));
  return Math.max(0, ...found);
}

function lastOn(link: Link, stream: string, subject: string): Promise<number> {
  return link.call(`looking for the newest message on ${subject}`, async () => {
    const found = await link.jsm.streams.getMessage(stream, { last_by_subj: subject });
    return found?.seq ?? 0;
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
