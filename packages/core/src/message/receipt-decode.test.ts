import { describe, expect, test } from "vitest";
import { sourceOf } from "../event/envelope.ts";
import { decodeReceipt } from "./receipt-decode.ts";
import { encodeReceipt } from "./receipt-encode.ts";
import type { Receipt } from "./receipt.ts";

const receipt: Receipt = {
  id: "01jmsg",
  from: { machine: "lab", session: "api" },
  to: { machine: "den", session: "web" },
  stage: "done",
  time: "2026-01-01T00:00:00.000Z",
  rung: "tmux",
  proof: "request",
  outcome: "done",
  lastText: "größer",
  offers: 1,
};

describe("a receipt", () => {
  test("goes to the sender's subject in the recipient's name, and comes back", () => {
    const out = encodeReceipt("main", receipt);
    expect(out.subject).toBe("fleet.main.receipt.lab.api.01jmsg.den.web");
    expect(out.headers).toMatchObject({
      "ce-source": sourceOf("main", receipt.to),
      "ce-type": "fleet.receipt.done",
    });
    expect(decodeReceipt("main", out)).toEqual(receipt);
  });

  test("keeps fields of a newer version", () => {
    const newer = { ...receipt, cost: 3 };
    expect(decodeReceipt("main", encodeReceipt("main", newer))).toEqual(newer);
  });

  test("written twice is a duplicate, of another stage, offer or departure is not", () => {
    const id = (one: Receipt) => encodeReceipt("main", one).dedupeId;
    expect(id({ ...receipt, time: "2027-01-01T00:00:00Z" })).toBe(id(receipt));
    const others: Receipt[] = [
      { ...receipt, stage: "shown" },
      { ...receipt, offers: 2 },
      { ...receipt, id: "01jmsh" },
      { ...receipt, cause: "01jend" },
      { ...receipt, cause: "01jfin" },
    ];
    expect(new Set([receipt, ...others].map(id)).size).toBe(6);
  });

  const out = encodeReceipt("main", receipt);
  test.each([
    [
      "the sender's source",
      { ...out, headers: { ...out.headers, "ce-source": sourceOf("main", receipt.from) } },
    ],
    ["another stage's type", { ...out, headers: { ...out.headers, "ce-type": "fleet.receipt.shown" } }],
    ["another message's subject", { ...out, subject: "fleet.main.receipt.lab.api.01jmsh.den.web" }],
    ["another sender's subject", { ...out, subject: "fleet.main.receipt.lab.web.01jmsg.den.web" }],
    ["an inbox subject", { ...out, subject: "fleet.main.inbox.den.web.lab.api" }],
    [
      "a stage that there is not",
      { ...encodeReceipt("main", receipt), data: new TextEncoder().encode('{"stage":"read"}') },
    ],
  ])("with %s is malformed", (_name, incoming) => {
    expect(() => decodeReceipt("main", incoming)).toThrow(expect.objectContaining({ code: "malformed" }));
  });
});
