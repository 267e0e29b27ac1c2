import { jetstream } from "@nats-io/jetstream";
import type { NatsConnection, PublishOptions } from "@nats-io/nats-core";
import { z } from "zod";
import { timeLimit } from "../../../time-limit.ts";
import { streamId } from "../../layout.ts";
import { toMsgHdrs } from "../headers.ts";
import { exchanges, type Exchange } from "./exchange.ts";
import type { ForeignMessage, ForeignServer } from "./port.ts";

const answerMs = 5000;
const namesMs = 2000;
const closeMs = 1000;
const namesSchema = z.looseObject({ streams: z.array(z.string()).nullish() });

/** A foreign server on an open connection, which it owns from now on. */
export function foreignOn(nc: NatsConnection, place: string): ForeignServer {
  const js = jetstream(nc, { timeout: answerMs });
  const talk = exchanges(nc, place);
  return {
    isOpen: () => !talk.ended.aborted,
    store: ({ subject, ...message }, signal) =>
      talk.exchange({ doing: `publishing on ${subject} of ${place}`, subject, signal }, async () => {
        const { stream, seq, duplicate } = await js.publish(subject, message.data, headersOf(message));
        if (!stream || !Number.isInteger(seq)) throw new SyntaxError("it is no acknowledgement");
        return { stream, seq, isDuplicate: duplicate };
      }),
    publish: ({ subject, ...message }, signal) =>
      talk.exchange({ doing: `publishing on ${subject} of ${place}`, subject, signal }, async () => {
        nc.publish(subject, message.data, headersOf(message));
        await flushed(nc);
      }),
    holdsFleet: (ns, signal) => holdsFleet(nc, talk.exchange, { ns, signal }),
    close: async () => {
      talk.end();
      await Promise.race([nc.close(), aborted(timeLimit(closeMs))]);
    },
  };
}

function headersOf({ headers, dedupeId }: Omit<ForeignMessage, "subject">): Pick<PublishOptions, "headers"> {
  return { headers: toMsgHdrs({ ...headers, "Nats-Msg-Id": dedupeId }) };
}

/** What the server refuses it says before it answers a ping, but the library tells of both in one go. */
async function flushed(nc: NatsConnection): Promise<void> {
  await nc.flush();
  await new Promise((resolve) => setImmediate(resolve));
}

async function holdsFleet(
  nc: NatsConnection,
  exchange: Exchange,
  { ns, signal }: { readonly ns: string; readonly signal: AbortSignal },
): Promise<boolean> {
  const subject = "$JS.API.STREAM.NAMES";
  const ask = JSON.stringify({ subject: `fleet.${ns}.event.>` });
  try {
    const reply = await exchange({ doing: "asking for streams", subject, signal }, () =>
      nc.request(subject, ask, { timeout: namesMs }),
    );
    return namesSchema.parse(reply.json()).streams?.includes(streamId(ns, "EVENTS")) === true;
  } catch (error) {
    signal.throwIfAborted();
    if (nc.isClosed()) throw error;
    return false; // no JetStream, no permission, or no answer of it: nothing says that there is one
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
