import { describe, expect, test } from "vitest";
import { lanes } from "./lanes.ts";

const signal = () => new AbortController().signal;

describe("lanes", () => {
  test("run one after the other within a key, side by side between keys", async () => {
    const inLane = lanes();
    const log: string[] = [];
    let finish: (() => void) | undefined;
    const first = inLane("a", () => new Promise<void>((resolve) => (finish = resolve)), signal());
    const second = inLane("a", async () => void log.push("second"), signal());
    await inLane("b", async () => void log.push("other"), signal());
    expect(log).toEqual(["other"]);
    finish?.();
    await Promise.all([first, second]);
    expect(log).toEqual(["other", "second"]);
  });

  test("go on after work that failed, with its own error to its own caller", async () => {
    const inLane = lanes();
    const failing = inLane("a", () => Promise.reject(new Error("broken")), signal());
    const next = inLane("a", async () => "fine", signal());
    await expect(failing).rejects.toThrow("broken");
    expect(await next).toBe("fine");
  });

  test("do not begin what was aborted before its turn, and let nobody past what still runs", async () => {
    const inLane = lanes();
    const log: string[] = [];
    let finish: (() => void) | undefined;
    const first = inLane("a", () => new Promise<void>((resolve) => (finish = resolve)), signal());
    const abort = new AbortController();
    const aborted = inLane("a", async () => void log.push("aborted"), abort.signal);
    const last = inLane("a", async () => void log.push("last"), signal());
    abort.abort(new Error("enough"));
    await expect(aborted).rejects.toThrow("enough");
    expect(log).toEqual([]);
    finish?.();
    await Promise.all([first, last]);
    expect(log).toEqual(["last"]);
  });
});
