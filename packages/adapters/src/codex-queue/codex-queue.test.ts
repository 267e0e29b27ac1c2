import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { bareNotice, systemClock, type AdapterContext, type FleetEvent } from "@fleetbus/core";
import { adapterConformance, type FarSide } from "@fleetbus/core/testing";
import { codexQueue } from "./adapter.ts";

const cliSession = "01a1fd7e-5acf-73f1-8dc2-8e7c0f746f26";

/**
 * A stand-in for the program that takes what Codex 0.169.0 takes and nothing else: `queue --thread UUID --message TEXT`,
 * with a HOME. It writes down what it was given, one JSON string a line.
 */
const program = `#!/bin/sh
[ -f "$HOME/hang" ] && exec sleep 60
[ "$#" = 5 ] && [ "$1 $2 $4" = "queue --thread --message" ] || { echo "error: unexpected argument" >&2; exit 2; }
[ -f "$HOME/gone" ] && { printf 'Error: no thread \\033[31m%s\\033[0m\\n' "$3" >&2; exit 1; }
printf '%s %s\\n' "$3" "$5" >>"$HOME/queued"
echo "Queued message for thread $3."
`;

interface Codex {
  readonly folder: string;
  queued(): Promise<readonly string[]>;
}

async function startCodex(): Promise<Codex> {
  const folder = await mkdtemp(join(tmpdir(), "fleet-codex-"));
  await writeFile(join(folder, "codex"), program);
  await chmod(join(folder, "codex"), 0o755);
  return {
    folder,
    queued: async () =>
      (await readFile(join(folder, "queued"), "utf8").catch(() => "")).split("\n").filter(Boolean),
  };
}

const configOf = ({ folder }: Codex) => ({
  ...{ program: join(folder, "codex"), timeoutMs: 5000 },
  env: { HOME: folder, PATH: "/usr/bin:/bin" },
});

function wake(change: Readonly<Record<string, unknown>> = {}, n = 1): FleetEvent {
  const data = {
    ...{ to: { machine: "lab", session: "web" }, rung: "queue", nonce: `nonce${n}00000`, idleGeneration: 1 },
    deadline: new Date(Date.now() + 10_000).toISOString(),
    text: `2 messages wait; run: fleet inbox [fleet:nonce${n}00000]`,
    ...{ cli: "codex", cliSession },
    ...change,
  };
  const from = { machine: "lab", session: "me" };
  const time = new Date().toISOString();
  return { id: `wake${n}`, kind: "wake.queue", from, time, origin: "system", data };
}

async function farSide(): Promise<FarSide> {
  const codex = await startCodex();
  return {
    config: configOf(codex),
    event: (n) => wake({}, n),
    arrivals: async () =>
      (await codex.queued()).map((line) => ({
        eventId: `wake${/nonce(\d+?)00000/.exec(line)?.[1]}`,
        bytes: line.length,
      })),
    foreignEvent: () => wake({ text: 7 }),
    stall: () => writeFile(join(codex.folder, "hang"), ""),
    close: () => rm(codex.folder, { recursive: true, force: true }),
  };
}

adapterConformance({
  adapter: codexQueue,
  validConfig: {},
  harness: { can: ["foreignEvent", "stall"], start: farSide },
  runner: { describe, test },
});

describe("the codex-queue adapter", () => {
  let codex: Codex;
  beforeEach(async () => void (codex = await startCodex()));
  afterEach(() => rm(codex.folder, { recursive: true, force: true }));

  const silent = () => undefined;
  const context = (isWanted = true): AdapterContext => ({
    ...{ name: "codex-queue", ns: "main", clock: systemClock, fetch: globalThis.fetch },
    log: { debug: silent, info: silent, warn: silent, error: silent },
    stillWanted: async () => isWanted,
    addressesOf: async () => [],
  });
  const send = async (event: FleetEvent, change: object = {}, isWanted = true) => {
    const config = { ...configOf(codex), ...change };
    const { sink } = codexQueue.open(config, context(isWanted));
    await sink!.connect(AbortSignal.timeout(5000));
    try {
      return await sink!.send(event, AbortSignal.timeout(5000), bareNotice(event));
    } finally {
      await sink!.close();
    }
  };

  test("queues the pointer for the session's thread", async () => {
    expect(await send(wake())).toEqual({});
    expect(await codex.queued()).toEqual([
      `${cliSession} 2 messages wait; run: fleet inbox [fleet:nonce100000]`,
    ]);
  });

  test.each([
    ["no thread", { cliSession: undefined }, "its thread is not known"],
    ["a thread that is an option", { cliSession: "--resume" }, "its thread is not known"],
    ["the name of a thread", { cliSession: "my thread" }, "its thread is not known"],
    ["a deadline that is over", { deadline: "2026-01-01T00:00:00.000Z" }, "the deadline passed"],
  ])("runs nothing for %s", async (_, change, skipped) => {
    expect(await send(wake(change))).toEqual({ skipped });
    expect(await codex.queued()).toEqual([]);
  });

  test("runs nothing that is not wanted any more", async () => {
    expect(await send(wake(), {}, false)).toEqual({ skipped: "no longer wanted" });
    expect(await codex.queued()).toEqual([]);
  });

  test("says what Codex says of a thread that is gone, harmless on a terminal", async () => {
    await writeFile(join(codex.folder, "gone"), "");
    expect(await send(wake())).toEqual({ skipped: `codex queue: Error: no thread ${cliSession}` });
  });

  test("without the program the next rung is tried", async () => {
    const { skipped } = await send(wake(), { program: "/nonexistent/codex" });
    expect(skipped).toMatch(/^queueing a prompt for Codex: .*ENOENT/);
  });

  test("one that hangs is ended in time", async () => {
    await writeFile(join(codex.folder, "hang"), "");
    expect(await send(wake(), { timeoutMs: 200 })).toEqual({
      skipped: "queueing a prompt for Codex: no end within 0.2 s, so it was ended",
    });
  });
});
