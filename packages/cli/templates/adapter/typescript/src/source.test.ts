import { deepEqual, rejects } from "node:assert/strict";
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

  test("comes again where the far side could not be told what became of it", () =>
    withFar(async (far, { source }) => {
      far.replies.push({ id: "r/1", from: "mira", text: "go on" });
      await source?.connect(limit());
      const ids: string[] = [];
      for await (const { id, ack } of source?.receive(limit()) ?? []) {
        ids.push(id);
        const acked = () => ack({ line: "→ lab/web: stored" });
        if (ids.length === 2) {
          await acked();
          break;
        }
        far.next = { status: 503, headers: {} };
        await rejects(acked);
      }
      deepEqual(ids, ["r/1", "r/1"]);
      deepEqual([...far.settled.keys()], ["r/1"]);
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
