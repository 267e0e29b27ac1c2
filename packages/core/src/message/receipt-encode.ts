import type { Outgoing } from "../bus/port.ts";
import { encodeEnvelope, sourceOf } from "../event/envelope.ts";
import { subjectsOf } from "../subjects/grammar.ts";
import { dedupeHash } from "./encode.ts";
import type { Receipt } from "./receipt.ts";

/**
 * A receipt ready to publish. Its source is the recipient's mailbox, whose account it is; its subject leads to the
 * sender. Written again by a daemon that forgot having written it, it is a duplicate.
 */
export function encodeReceipt(ns: string, receipt: Receipt): Outgoing {
  const dedupeId = receiptDedupeId(receipt);
  return {
    subject: subjectsOf(ns).receipt(receipt.from, receipt.id, receipt.to),
    ...encodeEnvelope({
      id: dedupeId,
      source: sourceOf(ns, receipt.to),
      type: `fleet.receipt.${receipt.stage}`,
      time: receipt.time,
      datacontenttype: "application/json",
      extensions: { fleetorigin: "system" },
      data: receipt,
    }),
    dedupeId,
  };
}

/** One stage of one message; an offer, a rung, an answer and a departure can each happen more than once. */
function receiptDedupeId(receipt: Receipt): string {
  const { id, from, to, stage, rung = "", reply = "", offers, cause } = receipt;
  const parties = [`${from.machine}/${from.session}`, `${to.machine}/${to.session}`];
  const led = cause === undefined ? [] : [cause];
  return dedupeHash(["receipt", ...parties, id, stage, rung, reply, String(offers ?? ""), ...led]);
}
