import { describe, expect, test } from "vitest";
import { fakeClock, type FakeClock } from "@fleetbus/core/testing";
import { typist, type TypingJob } from "./typist.ts";

const line = "2 fleet messages wait [fleet:abcdef]";
const bracketed = `\u001b[200~${line}\u001b[201~`;

/** A typist, what went into the terminal since the last look, and a job that tells what it was told. */
function stage(outputMs = 0) {
  const clock = fakeClock();
  const written: string[] = [];
  const reasons: string[] = [];
  const submitted: unknown[] = [];
  const hand = typist({
    ...{ clock, quietMs: () => outputMs, onPrint: () => undefined },
    write: (input) => void written.push(input.toString()),
    onSubmit: (own) => void submitted.push(own),
  });
  const job = (change: Partial<TypingJob> = {}): TypingJob => ({
    ...{ line, idleSinceMs: clock.now(), pasteWaitMs: 100 },
    onWaiting: (reason) => void reasons.push(reason),
    isWanted: () => Promise.resolve(true),
    ...change,
  });
  const never = new AbortController();
  return {
    ...{ clock, hand, reasons, job, submitted },
    press: (keys: string) => hand.typed(Buffer.from(keys)),
    print: (output: string) => hand.printed(Buffer.from(output)),
    start: (change?: Partial<TypingJob>, signal = never.signal) => hand.type(job(change), signal),
    look: () => written.splice(0).join(""),
  };
}

describe("the hand that types for a session", () => {
  test("types the line, and Enter after the CLI's own time", async () => {
    const { clock, start, look } = stage();
    const typing = start();
    await clock.advance(99);
    expect(look()).toBe(line);
    await clock.advance(1);
    expect(look()).toBe("\r");
    expect(await typing).toBeUndefined();
  });

  test("pastes it in brackets where the command asked for them", async () => {
    const { clock, print, start, look } = stage();
    print("\u001b[?2004h> ");
    const typing = start();
    await clock.advance(100);
    expect(await typing).toBeUndefined();
    expect(look()).toBe(`${bracketed}\r`);
    print("\u001b[?2004l");
    const again = start({ idleSinceMs: clock.now() + 1 });
    await clock.advance(100);
    await again;
    expect(look()).toBe(`${line}\r`);
  });

  test("[row 83] waits with a half-typed draft there, says why once, and types when it is gone", async () => {
    const { clock, press, start, look, reasons } = stage();
    press("my own h");
    const typing = start();
    await clock.advance(3_600_000);
    press("alf");
    await clock.advance(3_600_000);
    expect(look()).toBe("my own half");
    expect(reasons).toEqual(["a draft stands in the composer"]);
    press("\u0015");
    await clock.advance(500);
    expect(look()).toBe(`\u0015${line}`);
    await clock.advance(100);
    expect(await typing).toBeUndefined();
    expect(look()).toBe("\r");
  });

  test("[row 82] waits until the person's keys have rested for half a second", async () => {
    const { clock, press, start, look, reasons } = stage();
    press("a\u007f");
    const typing = start();
    await clock.advance(499);
    press("\u001b[Z");
    await clock.advance(499);
    expect(look()).toBe("a\u007f\u001b[Z");
    expect(reasons).toEqual(["a person is typing"]);
    await clock.advance(101);
    expect(await typing).toBeUndefined();
    expect(look()).toBe(`${line}\r`);
  });

  test("what the person types meanwhile comes behind the line, in order, and is a draft then", async () => {
    const { clock, press, start, look } = stage();
    const typing = start();
    await clock.advance(50);
    press("ne");
    press("xt");
    expect(look()).toBe(line);
    await clock.advance(50);
    await typing;
    expect(look()).toBe("\rnext");
    const { signal } = timed(clock, 1000);
    const ended = outcomeOf(start({ idleSinceMs: clock.now() + 1 }, signal));
    await clock.advance(1000);
    expect(await ended).toBe("over");
    expect(look()).toBe("");
  });

  test("types nothing more until a turn came of what was submitted last, by whomever", async () => {
    const { clock, press, start, look, reasons } = stage();
    press("/model\r");
    look();
    const { signal } = timed(clock, 60_000);
    const ended = outcomeOf(start({}, signal));
    await clock.advance(60_000);
    expect(await ended).toBe("over");
    expect(look()).toBe("");
    expect(reasons).toEqual(["what was submitted last began no turn: a menu or a view may be open"]);

    const typing = start({ idleSinceMs: clock.now() });
    await clock.advance(100);
    expect(await typing).toBeUndefined();
    expect(look()).toBe(`${line}\r`);
    const own = outcomeOf(start({ idleSinceMs: clock.now() - 50 }, timed(clock, 60_000).signal));
    await clock.advance(60_000);
    expect(await own).toBe("over");
    expect(look()).toBe("");
  });

  test("asks last whether it is wanted, and looks again after the answer", async () => {
    const { clock, press, start, look } = stage();
    let answer: (isWanted: boolean) => void = () => undefined;
    let asked = 0;
    const isWanted = () => {
      asked += 1;
      return new Promise<boolean>((resolve) => (answer = resolve));
    };
    const typing = start({ isWanted });
    await clock.advance(0);
    press("x");
    answer(true);
    await clock.advance(10_000);
    expect(look()).toBe("x");
    press("\u0003");
    await clock.advance(500);
    expect(asked).toBe(2);
    answer(false);
    expect(await typing).toBe("no longer wanted");
    expect(look()).toBe("\u0003");
  });

  test("[row 86] pastes mail of several lines in brackets, and but its pointer where there are none", async () => {
    const { clock, print, start, look, submitted } = stage();
    const body = { text: "first line\nsecond line", messages: ["01A"] };
    const plain = start({ body });
    await clock.advance(100);
    await plain;
    expect(look()).toBe(`${line}\r`);
    print("\u001b[?2004h");
    const pasted = start({ body, idleSinceMs: clock.now() + 1 });
    await clock.advance(100);
    await pasted;
    expect(look()).toBe("\u001b[200~first line\nsecond line\u001b[201~\r");
    expect(submitted).toEqual([
      { line, messages: [] },
      { line, messages: ["01A"] },
    ]);
  });

  test("of a command without hooks waits until it has printed nothing for long enough", async () => {
    const { clock, print, start, look, reasons } = stage(3000);
    print("thinking");
    const typing = start();
    await clock.advance(2000);
    print(".");
    await clock.advance(2999);
    expect(look()).toBe("");
    expect(reasons).toEqual(["the command is printing"]);
    await clock.advance(101);
    expect(await typing).toBeUndefined();
    expect(look()).toBe(`${line}\r`);
  });

  test("tells what was submitted: the person's text without its words, and its own line", async () => {
    const { clock, press, start, submitted } = stage();
    press("hello\r");
    const typing = start({ idleSinceMs: clock.now() + 1 });
    await clock.advance(600);
    await typing;
    press("\r");
    expect(submitted).toEqual([undefined, { line, messages: [] }]);
  });

  test("ends with the command, and with who asked", async () => {
    const { press, start, hand } = stage();
    press("x");
    const over = new AbortController();
    const left = start({}, over.signal);
    over.abort(new Error("hung up"));
    await expect(left).rejects.toThrow("hung up");
    const typing = start();
    hand.end();
    expect(await typing).toBe("the command has ended");
  });
});

/** A signal that aborts when the fake clock has gone on so far. */
function timed(clock: FakeClock, ms: number): { readonly signal: AbortSignal } {
  const over = new AbortController();
  void clock.sleep(ms).then(() => over.abort(new Error("over")));
  return over;
}

/** What a typing ended with, or why it was left. */
function outcomeOf(typing: Promise<unknown>): Promise<unknown> {
  return typing.catch((error: unknown) => (error instanceof Error ? error.message : error));
}
