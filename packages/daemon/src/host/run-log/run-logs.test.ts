import { randomBytes } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { sealerOf, type FleetEvent } from "@fleetbus/core";
import { fakeClock, memoryBus } from "@fleetbus/core/testing";
import { maxPlainBytes } from "./pack.ts";
import { runLogs, waitMs } from "./run-logs.ts";

const key = randomBytes(32);
const never = new AbortController().signal;

function eventOf(data: FleetEvent["data"] = {}, kind = "run.finished"): FleetEvent {
  const from = { machine: "lab", session: "me" };
  const told = { run: "r1", attach: "full", logRef: "runs/r1", ...data };
  return { id: "e1", kind, from, time: "2026-01-01T00:00:00.000Z", origin: "human", data: told };
}

function stage() {
  const clock = fakeClock();
  const bus = memoryBus({ ns: "main", clock });
  const logs = (by: { readonly key: Buffer | undefined } = { key }) =>
    runLogs({ bus, clock, key: async () => by.key });
  const store = async (output: Buffer) => {
    const sealer = sealerOf(key);
    const bytes = Buffer.concat([sealer.push(output), sealer.end()]);
    await (await bus.objects("runs")).put("r1", chunks(bytes));
  };
  return { clock, logs, store };
}

async function* chunks(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += 100_000) yield bytes.subarray(at, at + 100_000);
}

describe("the full log beside a notice", () => {
  test.each([
    ["another kind of event", eventOf({}, "run.output")],
    ["a run whose user did not ask for it", eventOf({ attach: "tail" })],
  ])("is nothing for %s", async (_, event) => {
    expect(await stage().logs()(event, 1000, never)).toBeUndefined();
  });

  test.each([
    ["text", Buffer.from("one\ntwo\n"), "text/plain; charset=utf-8"],
    ["no text", Buffer.from([0xff, 0x00]), "application/octet-stream"],
  ])("of %s is what was written", async (_, output, mediaType) => {
    const { logs, store } = stage();
    await store(output);
    const { file } = (await logs()(eventOf(), 1000, never)) ?? {};
    expect(file).toMatchObject({ name: "run-r1.log", mediaType });
    expect(Buffer.from(file?.bytes ?? []).equals(output)).toBe(true);
  });

  test("that is long is compressed", async () => {
    const { logs, store } = stage();
    const output = Buffer.alloc(maxPlainBytes + 1, "x");
    await store(output);
    const { file, line } = (await logs()(eventOf({ logSkippedBytes: 12 }), 10_000, never)) ?? {};
    expect(gunzipSync(file?.bytes ?? new Uint8Array()).equals(output)).toBe(true);
    expect(line).toMatch(
      /^Full log: run-r1\.log\.gz \(\d+ bytes, of 262\.1 kB\), without the last 12 bytes of the output; fleet run log r1 prints it$/,
    );
  });

  test("is waited for while it is on its way", async () => {
    const { clock, logs, store } = stage();
    const finding = logs()(eventOf(), 1000, never);
    await clock.advance(waitMs / 2);
    await store(Buffer.from("late"));
    await clock.advance(1000);
    expect(Buffer.from((await finding)?.file?.bytes ?? []).toString()).toBe("late");
  });

  test("that does not come is left out after a while", async () => {
    const { clock, logs } = stage();
    const finding = logs()(eventOf(), 1000, never);
    await clock.advance(waitMs + 1000);
    expect(await finding).toEqual({
      line: "Full log not attached: it did not come to the server yet; fleet run log r1 prints it",
    });
  });

  test.each([
    ["was not kept", eventOf({ logRef: undefined }), 1000, key, /^Full log not attached: none was kept$/],
    ["meets a channel without files", eventOf(), 0, key, /this channel takes no files; fleet run log r1/],
    ["is too long", eventOf(), 10, key, /more than 10 bytes/],
    ["is encrypted, without a key", eventOf(), 1000, undefined, /it is encrypted; configure its key/],
    ["has a foreign id", eventOf({ run: "../x" }), 1000, key, /not attached: reading key/],
  ])("that %s is left out, with why", async (_, event, maxBytes, own, why) => {
    const { logs, store } = stage();
    await store(Buffer.from("the output of a run"));
    const shown = await logs({ key: own })(event, maxBytes, never);
    expect(shown).toEqual({ line: expect.stringMatching(why) });
  });

  test("is given up with the signal's reason", async () => {
    const stopping = new AbortController();
    const finding = stage().logs()(eventOf(), 1000, stopping.signal);
    const thrown = finding.catch((error: unknown) => error);
    stopping.abort(new Error("stopped"));
    expect(await thrown).toMatchObject({ message: "stopped" });
  });
});
