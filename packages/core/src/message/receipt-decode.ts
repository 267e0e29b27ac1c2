import { decodeEnvelope } from "../event/decode-envelope.ts";
import { parseOrRefuse, reading, refuse, requireSource, type Readable } from "../event/refuse.ts";
import { isSameAddress } from "../names/address.ts";
import { subjectsOf } from "../subjects/grammar.ts";
import { receiptSchema, type Receipt } from "./receipt.ts";

const looseReceiptSchema = receiptSchema.loose();

/**
 * The receipt in a stored message from a receipt subject. Throws `malformed`, and nothing else, for any other subject,
 * a source, message or stage that differs from subject and type, and a shape that is no receipt. Unknown fields survive.
 */
export function decodeReceipt(ns: string, incoming: Readable): Receipt {
  return reading(incoming, () => {
    const subject = subjectsOf(ns).parse(incoming.subject);
    if (subject.type !== "receipt") return refuse("it is no receipt");
    const envelope = decodeEnvelope(incoming);
    requireSource(ns, envelope, subject.to);
    const receipt = parseOrRefuse(looseReceiptSchema, envelope.data);
    const isSame = isSameAddress(receipt.from, subject.from) && isSameAddress(receipt.to, subject.to);
    if (!isSame || receipt.id !== subject.id)
      refuse("it accounts for another message than its subject names");
    if (envelope.type !== `fleet.receipt.${receipt.stage}`)
      refuse(`its type is ${envelope.type}, its stage ${receipt.stage}`);
    return receipt;
  });
}
