import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeMessage, encodeMessage, newMessage, systemClock, type Message } from "@fleetbus/core";
import { fakeClock, memoryBus } from "@fleetbus/core/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openOutbox, type Outbox } from "../disk/outbox.ts";
import { publishMessage, type PublishDeps } from "./publish.ts";

let dir: string;
let outbox: Outbox;
let deps: PublishDeps;
const bus = memoryBus({ ns: "main", clock: systemClock });

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "fleet-publish-"));
  const onRefused = () => Promise.resolve();
  outbox = await openOutbox({ dir, maxBytes: 1024 * 1024, clock: systemClock, onRefused });
  deps = {
    ...{ bus, outbox, clock: systemClock },
    receipts: { write: () => Promise.resolve(), writeAll: () => Promise.resolve() },
    encode: (message) => encodeMessage("main", message),
    decode: (incoming) => decodeMessage("main", incoming),
  };
});

afterEach(async () => {
  await outbox.close();
  await rm(dir, { recursive: true });
});

const message = (id: string, session = "api"): Message => {
  const to = { machine: "den", session };
  const from = { machine: "lab", session: "web" };
  return newMessage({ id, from, to, body: id, origin: "agent" }, { ids: () => id, clock: systemClock });
};

const spooled = () => outbox.pending().map(({ headers }) => headers["ce-id"]);

it("a message for a server that hangs is spooled within a second, and is the same one when that server took it", async () => {
  const hanging = { ...bus, publish: () => new Promise<never>(() => undefined) };
  const clock = fakeClock();
  const publishing = publishMessage(message("late"), { ...deps, bus: hanging, clock });
  await clock.advance(1000);
  expect((await publishing).stored).toBeUndefined();
  expect(spooled()).toEqual(["late"]);
});

describe("a message that is said while an earlier one is still in the spool", () => {
  it("goes behind it when both are of one sender to one mailbox", async () => {
    await outbox.add([encodeMessage("main", message("first"))]);
    expect((await publishMessage(message("second"), deps)).stored).toBeUndefined();
    expect(spooled()).toEqual(["first", "second"]);
  });

  it("does not wait for one to another mailbox", async () => {
    await outbox.add([encodeMessage("main", message("first"))]);
    expect((await publishMessage(message("second", "other"), deps)).stored).toMatchObject({
      stream: "INBOX",
    });
    expect(spooled()).toEqual(["first"]);
  });
});
