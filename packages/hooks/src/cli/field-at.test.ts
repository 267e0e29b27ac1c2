import { expect, test } from "vitest";
import { fieldAt } from "./field-at.ts";

const hostile: unknown = JSON.parse('{"__proto__":{"id":"own"},"a":{"constructor":{"name":"mine"}}}');

test.each([
  [{ id: "s1" }, "id", "s1"],
  [{ session: { id: "s1" } }, "session.id", "s1"],
  [{ "session.id": "whole", session: { id: "inside" } }, "session.id", "whole"],
  [{ list: [{ id: "first" }] }, "list.0.id", "first"],
  [{ id: null }, "id", null],
  [{ id: null }, "id.more", undefined],
  [{ id: "text" }, "id.length", undefined],
  [{ a: {} }, "a.b.c.d", undefined],
  [null, "id", undefined],
  ["text", "length", undefined],
  [hostile, "__proto__.id", "own"],
  [hostile, "a.constructor.name", "mine"],
] as const)("of %j, %s is %j", (payload, path, value) => {
  expect(fieldAt(payload, path)).toEqual(value);
});

test.each([
  "__proto__",
  "constructor",
  "toString",
  "constructor.prototype",
  "__proto__.toString",
  "a.__proto__",
])("what all objects have is no field: %s", (path) => {
  expect(fieldAt({ a: {} }, path)).toBeUndefined();
  expect(fieldAt([], path)).toBeUndefined();
});

test("a payload of any depth is only looked into as far as the path goes", () => {
  const deep = `${'{"a":'.repeat(5000)}1${"}".repeat(5000)}`;
  expect(fieldAt(JSON.parse(deep), "a.a.b")).toBeUndefined();
});
