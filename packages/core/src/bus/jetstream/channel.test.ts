import { expect, test } from "vitest";
import { channel } from "./channel.ts";

const item = (n: number) => ({ n });

test("a channel gives what was pushed, in order, before and while somebody waits, and then its end", async () => {
  const items = channel<{ n: number }>();
  items.push(item(1));
  items.push(item(2));
  expect(await items.next()).toEqual(item(1));
  expect(await items.next()).toEqual(item(2));
  const waiting = items.next();
  items.push(item(3));
  expect(await waiting).toEqual(item(3));
  items.push(item(4));
  items.end();
  expect(await items.next()).toEqual(item(4));
  expect(await items.next()).toBeUndefined();
  expect(await items.next()).toBeUndefined();
});

test("a channel shows and gives up what nobody has read", async () => {
  const items = channel<{ n: number }>();
  for (const n of [1, 2, 3]) items.push(item(n));
  await items.next();
  expect(items.waiting()).toEqual([item(2), item(3)]);
  expect(items.rest()).toEqual([item(2), item(3)]);
  expect(items.rest()).toEqual([]);
  items.end();
  expect(await items.next()).toBeUndefined();
});
