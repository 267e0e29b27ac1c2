import { expect, test } from "vitest";
import { unlessAborted } from "./unless-aborted.ts";

test("work that ends in time is what it is", async () => {
  const { signal } = new AbortController();
  expect(await unlessAborted(Promise.resolve(7), signal)).toBe(7);
  await expect(unlessAborted(Promise.reject(new Error("no")), signal)).rejects.toThrow("no");
});

test("work that hangs ends with the signal's reason, also where that aborted before", async () => {
  const abort = new AbortController();
  const hanging = unlessAborted(new Promise(() => undefined), abort.signal);
  abort.abort(new Error("over"));
  await expect(hanging).rejects.toThrow("over");
  await expect(unlessAborted(Promise.resolve(7), abort.signal)).rejects.toThrow("over");
});

test("work that fails after the signal troubles nobody", async () => {
  const abort = new AbortController();
  let fail: (error: Error) => void = () => undefined;
  const failing = new Promise<number>((_, reject) => (fail = reject));
  const waiting = unlessAborted(failing, abort.signal);
  abort.abort(new Error("over"));
  fail(new Error("late"));
  await expect(waiting).rejects.toThrow("over");
});
