import {
  FleetError,
  type AdapterContext,
  type FleetEvent,
  type Notice,
  type SendReceipt,
  type Sink,
} from "@fleetbus/core";
import { callHttp, type HttpCall, type HttpReply, type Judgement } from "./call.ts";

/** A channel whose far side takes an HTTP request a send, or a few. */
export interface HttpChannel extends Judgement {
  /**
   * Throws `too_large` or `malformed` for what it can never send. Of several the first is the message, its answer the
   * receipt's; the others follow one by one (files), and all are sent anew where one of them is refused for a while.
   */
  request(event: FleetEvent, notice: Notice): HttpCall | readonly HttpCall[];
  /** Throws where the answer means failure although its status does not. */
  receipt(reply: HttpReply): SendReceipt;
}

/** The sink of such a channel. Sends may overlap; nothing is kept between them. */
export function httpSink(channel: HttpChannel, context: AdapterContext): Sink {
  const closing = new AbortController();
  let isConnected = false;
  return {
    connect: async (signal) => {
      signal.throwIfAborted();
      isConnected = true;
    },
    send: async (event, signal, notice) => {
      if (!isConnected || closing.signal.aborted)
        throw new FleetError("unavailable", `${channel.doing}: the adapter is not connected`);
      signal.throwIfAborted();
      const calls = [channel.request(event, notice)].flat();
      const ends = AbortSignal.any([signal, closing.signal]);
      const receipts: SendReceipt[] = [];
      for (const call of calls)
        receipts.push(channel.receipt(await callHttp(call, context, { ...judging(channel), signal: ends })));
      return receipts[0] ?? {};
    },
    close: async () =>
      closing.abort(new FleetError("unavailable", `${channel.doing}: the adapter is closing`)),
  };
}

function judging({ doing, saidMs, codeOf }: HttpChannel): Judgement {
  return { doing, ...(saidMs && { saidMs }), ...(codeOf && { codeOf }) };
}
