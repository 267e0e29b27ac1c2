import { deepEqual } from "node:assert/strict";
import { describe, test } from "node:test";
import { FleetError, type Source, type SourceDelivery } from "@fleetbus/core";
import { limit, withFar } from "./bench.ts";

async function take(source: Source | undefined, settle: (delivery: SourceDelivery) => Promise<unknown>) {
  await source?.connect(limit());
  for await (const delivery of source?.receive(limit()) ?? []) {
    await settle(delivery);
    return delivery;
  }
  return undefined;
}

describe("what is said", () => {
  test("comes with who says it and what it answers; it is told what became of it", () =>
    withFar(async (far, { source }) => {
      far.replies.push({ id: "r/1", from: "mira", text: "go on", answers: "far-event-1" });
      const taken = await take(source, ({ ack }) => ack({ line: "→ lab/web: stored" }));
      deepEqual(taken?.sender, { id: "mira" });
      deepEqual(taken?.said, { type: "text", text: "go on", answers: "far-event-1" });
      deepEqual([...far.settled], [["r/1", "→ lab/web: stored"]]);
    }));

  test("and refused is told why, but for a stranger", () =>
    withFar(async (far, { source }) => {
      for (const isSilent of [false, true]) {
        far.replies.push({ id: `r-${isSilent}`, from: "eve", text: "rm" });
        await take(source, ({ nak }) => nak(new FleetError("refused", "not you", { details: { isSilent } })));
      }
      deepEqual([...far.settled.values()], ["not you", ""]);
    }));
});
