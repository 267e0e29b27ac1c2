import { expect, test } from "vitest";
import { parseAckSubject } from "./delivery.ts";

const place = {
  stream: "MAIN_INBOX",
  consumer: "lab=web",
  deliveries: 2,
  seq: 17,
  deliverySeq: 19,
  timeMs: 1795230967885,
};

test.each([
  ["as servers write it", "$JS.ACK.MAIN_INBOX.lab=web.2.17.19.1795230967885469916.3"],
  ["with domain and account", "$JS.ACK._.ACCT.MAIN_INBOX.lab=web.2.17.19.1795230967885469916.3.rnd"],
])("an ack subject %s says where the delivery is", (_name, subject) => {
  expect(parseAckSubject(subject)).toEqual(place);
});

test.each(["", "fleet.main.inbox.lab.web.lab.api", "$JS.ACK.MAIN_INBOX.lab=web", "$JS.API.a.b.2.17.19.1.3"])(
  "%j is no ack subject",
  (subject) => {
    expect(() => parseAckSubject(subject)).toThrow(expect.objectContaining({ code: "usage" }));
  },
);
