import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { idSource } from "@fleetbus/core";
import { fakeClock } from "@fleetbus/core/testing";
import { auditOf } from "./audit.ts";

it("a line of the audit has the text's hash and not the text, and a sender that shows no escapes", () => {
  const clock = fakeClock();
  const line = {
    adapter: "phone",
    sender: "7\u001b[2J",
    outcome: "taken",
    to: "lab/web",
    text: "try again",
  } as const;
  const { subject, data } = auditOf({ ns: "main", machine: "lab", clock, ids: idSource(clock) }, line);
  expect(subject).toBe("fleet.main.audit.lab.reply");
  expect(JSON.parse(new TextDecoder().decode(data))).toEqual({
    ...{ adapter: "phone", sender: "7", outcome: "taken", to: "lab/web" },
    sha256: createHash("sha256").update("try again").digest("hex"),
  });
});
