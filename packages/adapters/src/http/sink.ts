import {
  type AdapterContext,
  type FleetEvent,
  type Notice,
  type SendReceipt,
  type Sink,
} from "@fleetbus/core";
import { connectionlessSink } from "../sending/connectionless-sink.ts";
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
  return connectionlessSink(channel.doing, async (event, signal, notice) => {
    const receipts: SendReceipt[] = [];
    for (const call of [channel.request(event, notice)].flat())
      receipts.push(channel.receipt(await callHttp(call, context, { ...judging(channel), signal })));
    return receipts[0] ?? {};
  });
}

function judging({ doing, saidMs, codeOf }: HttpChannel): Judgement {
  return { doing, ...(saidMs && { saidMs }), ...(codeOf && { codeOf }) };
}
