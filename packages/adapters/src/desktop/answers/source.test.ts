import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { bareNotice, FleetError, type SourceDelivery } from "@fleetbus/core";
import { contextOf, eventOf } from "../../http/sending.test.support.ts";
import { desktop } from "../adapter.ts";
import { desktopConfig } from "../config.ts";
import { picksOf } from "./queue.ts";
import { waitsOf } from "./waits.ts";

/** Stands for notify-send: notes its texts, prints a number, and with choices picks the first at once. */
const standIn = (log: string) => `#!/bin/sh
case "$1" in --action*) echo choice-0 ;; *) echo 7; for last; do :; done; echo "$last" >> ${log} ;; esac
`;
const never = new AbortController().signal;
const choices = [{ label: "go on", token: "aaaaa-bbbbb" }];
const reply = { token: "k7m2q-x4tfz", choices, expiresAt: "2999-01-01T00:00:00.000Z" };

async function nextOf(source: AsyncIterator<SourceDelivery, void>): Promise<SourceDelivery> {
  const next = await source.next();
  if (next.done === true) throw new Error("the source has ended");
  return next.value;
}

describe("what is picked on a toast", () => {
  let folder: string;
  const log = () => readFile(join(folder, "log"), "utf8");
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "fleet-toast-"));
    await writeFile(join(folder, "program"), standIn(join(folder, "log")));
    await chmod(join(folder, "program"), 0o755);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const opened = (context = contextOf()) =>
    desktop.open(desktopConfig.parse({ platform: "linux", command: join(folder, "program") }), context);

  /** A toast was shown and a choice picked; what its source hears. */
  async function heard(context = contextOf()): Promise<AsyncIterator<SourceDelivery, void>> {
    const { sink } = opened(context);
    await sink!.connect(AbortSignal.timeout(5000));
    await sink!.send(
      eventOf(1),
      AbortSignal.timeout(5000),
      bareNotice(eventOf(1), { text: "may I?", reply }),
    );
    return opened(context).source!.receive(never)[Symbol.asyncIterator]();
  }

  test("comes to the source of the same instance, opened by itself, and bears no token as its id", async () => {
    const { id, said } = await nextOf(await heard());
    expect(said).toEqual({ type: "choice", token: "aaaaa-bbbbb" });
    expect(id).toMatch(/^[0-9a-f]{32}$/);
  });

  test("comes again as the same where it is refused for a while, and no more once it was taken", async () => {
    const source = await heard();
    const first = await nextOf(source);
    const details = { retryAfterMs: 50 };
    await first.nak(new FleetError("unavailable", "taking a reply: later", { details }));
    const again = await nextOf(source);
    expect([again.id, again.said]).toEqual([first.id, first.said]);
    await again.ack({ line: "→ lab/web: stored" });
    const more = await Promise.race([source.next(), new Promise((resolve) => setTimeout(resolve, 100))]);
    expect(more).toBeUndefined();
    expect(await log()).toBe("may I?\n");
  });

  test("and refused for good is told why, but for what a stranger must not learn", async () => {
    for (const [isSilent, told] of [
      [true, "may I?\n"],
      [false, "may I?\nmay I?\ntaking a reply: it is too old\n"],
    ] as const) {
      const { nak } = await nextOf(await heard());
      await nak(new FleetError("refused", "taking a reply: it is too old", { details: { isSilent } }));
      expect(await log()).toBe(told);
    }
  });

  test("is not heard by another instance; a source that is closed ends", async () => {
    await heard();
    const { source } = opened();
    const next = source!.receive(never)[Symbol.asyncIterator]().next();
    await source!.close();
    expect(await next).toEqual({ done: true, value: undefined });
  });
});

describe("programs that wait", () => {
  const waiting = (ended: string[], key: string) => (signal: AbortSignal) =>
    new Promise<void>((resolve) =>
      signal.addEventListener("abort", () => {
        ended.push(key);
        resolve();
      }),
    );

  test("are a few: the oldest is given up, one of the same key is ended, and all at the end", async () => {
    const ended: string[] = [];
    const waits = waitsOf(2);
    for (const key of ["a", "b", "c"]) waits.begin(key, waiting(ended, key));
    expect(ended).toEqual(["a"]);
    await waits.end("c");
    await waits.end("c");
    expect(ended).toEqual(["a", "c"]);
    await waits.endAll();
    expect(ended).toEqual(["a", "c", "b"]);
  });
});

describe("picks", () => {
  test("wait for somebody to hear of them, the newest fifty", async () => {
    const picks = picksOf();
    for (let n = 0; n < 60; n += 1) picks.push({ id: String(n), token: "t" });
    const first = await picks.first(never);
    expect(first.id).toBe("10");
    expect(await picks.first(never)).toBe(first);
    picks.done(first);
    expect((await picks.first(never)).id).toBe("11");
    await expect(picksOf().first(AbortSignal.abort(new Error("over")))).rejects.toThrow("over");
  });
});
