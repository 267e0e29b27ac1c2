import { expect, test } from "vitest";
import { endStep } from "./end-step.ts";

const told: string[] = [];
const tell = (error: unknown, doing: string) => void told.push(`${doing}: ${String(error)}`);

test.each([
  ["fails", () => Promise.reject(new Error("the server is away")), "closing: Error: the server is away"],
  [
    "hangs",
    () => new Promise<void>(() => undefined),
    "closing: no end within 10 ms; the daemon ends all the same",
  ],
])("a step that %s is told, and the end goes on", async (_, work, text) => {
  told.length = 0;
  await endStep({ doing: "closing", withinMs: 10, work }, tell);
  expect(told).toEqual([expect.stringContaining(text)]);
});

test("a step that is done is waited for, and nothing is told", async () => {
  told.length = 0;
  let isDone = false;
  const work = async () => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    isDone = true;
  };
  await endStep({ doing: "closing", withinMs: 60_000, work }, tell);
  expect([isDone, told]).toEqual([true, []]);
});
