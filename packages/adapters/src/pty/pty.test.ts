import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  bareNotice,
  systemClock,
  timeLimit,
  type Adapter,
  type AdapterContext,
  type Clock,
  type FleetEvent,
} from "@fleetbus/core";
import { adapterConformance, fakeClock, type FarSide } from "@fleetbus/core/testing";
import type { FindProcess, ProcessFacts } from "../typing/process.ts";
import { pty, type PtyConfig } from "./adapter.ts";
import { ptySink } from "./sink.ts";
import { startWrap, wakeBy, type FakeWrap } from "./wrap.test.support.ts";

/** The CLI with pid 8 in front in the terminal of the `fleet wrap` with pid 7. */
const inFront: Readonly<Record<number, ProcessFacts>> = {
  7: { pid: 7, parent: 1, group: 7, foreground: 7 },
  8: { pid: 8, parent: 7, group: 8, foreground: 8 },
};
const findIn =
  (table: Readonly<Record<number, ProcessFacts>>): FindProcess =>
  (pid) =>
    Promise.resolve(table[pid]);

async function farSide(): Promise<FarSide> {
  const wrap = await startWrap();
  const idOf = (line: string) => `wake${/nonce(\d+?)00000/.exec(line)?.[1]}`;
  return {
    event: (n) => wakeBy(wrap, {}, n),
    arrivals: async () => wrap.typed.map(({ line }) => ({ eventId: idOf(line), bytes: line.length })),
    foreignEvent: () => wakeBy(wrap, { text: 7 }),
    leave: () => wrap.close(),
    close: () => wrap.close(),
  };
}

const conformed: Adapter<PtyConfig> = {
  ...pty,
  open: (config, context) => ({ sink: ptySink(config, context, findIn(inFront)) }),
};
adapterConformance({
  adapter: conformed,
  validConfig: {},
  harness: { can: ["foreignEvent", "leave"], start: farSide },
  runner: { describe, test },
});

describe("the pty adapter", () => {
  let wrap: FakeWrap;
  beforeEach(async () => {
    wrap = await startWrap();
  });
  afterEach(() => wrap.close());

  interface Told {
    readonly isWanted?: boolean;
    readonly processes?: Readonly<Record<number, ProcessFacts>>;
    readonly clock?: Clock;
    readonly debug?: AdapterContext["log"]["debug"];
  }
  const send = async (
    event: FleetEvent,
    { isWanted = true, processes = inFront, clock = systemClock, debug = () => undefined }: Told = {},
  ) => {
    const sink = ptySink({ lookAgainMs: 1000 }, contextOf(isWanted, clock, debug), findIn(processes));
    await sink.connect(timeLimit(1000));
    const receipt = await sink.send(event, timeLimit(30_000), bareNotice(event));
    await sink.close();
    return receipt;
  };

  test("has the line typed, clean, with what the CLI needs from the text to Enter", async () => {
    const text = "\u001b[201~/run\r2 messages [fleet:abcdef] \u001b]0;x\u0007";
    expect(await send(wakeBy(wrap, { text, cli: "gemini" }))).toEqual({ providerId: "7-abc" });
    expect(await send(wakeBy(wrap, { cli: "other" }))).toEqual({ providerId: "7-abc" });
    expect(wrap.typed).toEqual([
      {
        line: "fleet: /run 2 messages [fleet:abcdef]",
        idleSince: "2026-01-01T00:00:00.000Z",
        pasteWaitMs: 250,
      },
      expect.objectContaining({ pasteWaitMs: 250 }),
    ]);
  });

  test("types nothing that is no longer wanted, and nothing for who cannot be found", async () => {
    const { 7: holder = inFront[7]!, 8: cli = inFront[8]! } = inFront;
    expect(await send(wakeBy(wrap), { isWanted: false })).toEqual({ skipped: "no longer wanted" });
    expect(await send(wakeBy(wrap), { processes: {} })).toEqual({ skipped: "process 8 is gone" });
    const elsewhere = { 7: holder, 8: { ...cli, parent: 1 } };
    expect(await send(wakeBy(wrap), { processes: elsewhere })).toEqual({
      skipped: "process 8 does not run in that fleet wrap",
    });
    expect(await send(wakeBy(wrap, { pid: undefined }))).toEqual({
      skipped: expect.stringContaining("process is not known"),
    });
    expect(await send(wakeBy(wrap, { pty: undefined }))).toEqual({
      skipped: "it was not started by fleet wrap",
    });
    const other = { id: "7-before", socket: wrap.path, pid: 7 };
    expect(await send(wakeBy(wrap, { pty: other }))).toEqual({
      skipped: "another fleet wrap answers at its socket",
    });
    expect(wrap.typed).toEqual([]);
  });

  test("never types into what is in front of the CLI, and says so when the time is over", async () => {
    const clock = fakeClock();
    const deadline = new Date(clock.now() + 60_000).toISOString();
    const shell = { ...inFront, 8: { pid: 8, parent: 7, group: 8, foreground: 99 } };
    const sending = send(wakeBy(wrap, { deadline }), { processes: shell, clock });
    await until(() => clock.sleepers() === 2); // the deadline, and the next look
    await clock.advance(60_000);
    expect(await sending).toEqual({
      skipped: "the deadline passed: another program is in front of process 8",
    });
    expect(wrap.typed).toEqual([]);
  });

  test("[row 83] says what it waited for when the time is over", async () => {
    const clock = fakeClock();
    const deadline = new Date(clock.now() + 60_000).toISOString();
    wrap.first = [{ is: "waiting", reason: "a draft stands in the composer" }];
    const told: unknown[] = [];
    const sending = send(wakeBy(wrap, { deadline }), { clock, debug: (fields) => void told.push(fields) });
    await until(() => told.length === 1);
    await clock.advance(60_000);
    expect(await sending).toEqual({ skipped: "the deadline passed: a draft stands in the composer" });
  });

  test("a fleet wrap that has gone is no far side to retry", async () => {
    await wrap.close();
    expect(await send(wakeBy(wrap))).toEqual({ skipped: "the socket of its fleet wrap is gone" });
  });
});

/** Until it holds, for as long as a slow machine may take. */
async function until(holds: () => boolean): Promise<void> {
  const over = timeLimit(20_000);
  while (!holds()) {
    over.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function contextOf(isWanted: boolean, clock: Clock, debug: AdapterContext["log"]["debug"]): AdapterContext {
  const silent = () => undefined;
  return {
    name: "pty",
    log: { debug, info: silent, warn: silent, error: silent },
    clock,
    fetch: globalThis.fetch,
    ns: "main",
    addressesOf: async (host) => [host],
    stillWanted: async () => isWanted,
  };
}
