import { expect, test } from "vitest";
import { idSource } from "./id.ts";
import { isToken } from "./token.ts";

function clockAt(times: readonly number[]) {
  let at = 0;
  const now = (): number => times[Math.min(at++, times.length - 1)] ?? 0;
  return { now, monotonic: now, sleep: (): Promise<void> => Promise.reject(new Error("not slept in")) };
}

test("ids are tokens, never repeat and never go back, also when the clock does", () => {
  const next = idSource(clockAt([5000, 5000, 9000, 1000, 1000]));
  const ids = Array.from({ length: 50 }, () => next());
  expect(ids.every(isToken)).toBe(true);
  expect(new Set(ids).size).toBe(50);
  expect(ids.toSorted()).toEqual(ids);
});

test("a process that starts with its clock set back goes on behind the ids of the one before", () => {
  const before = idSource(clockAt([9000]));
  const newest = [before(), before()].at(-1) ?? "";
  const after = idSource(clockAt([1000]), newest);
  expect(after() > newest).toBe(true);
  expect(after() > newest).toBe(true);
});

test("an id that somebody chose is no time to start from", () => {
  for (const chosen of ["deploy-7", "", "zzzzzzzzzzzzzzzzzzzzzzzzzz"]) {
    expect(idSource(clockAt([1000]), chosen)()).toMatch(/^0000000/);
  }
});
