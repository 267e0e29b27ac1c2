import { describe, expect, test } from "vitest";
import { cutDeep, isTooDeep, maxJsonLevels } from "./depth.ts";

const arrays = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;
const objects = (levels: number) => `${'{"a":'.repeat(levels - 1)}{}${"}".repeat(levels - 1)}`;
const parsed = (text: string): unknown => JSON.parse(text);

describe.each([
  ["arrays", arrays],
  ["objects", objects],
])("JSON of nested %s", (_, nest) => {
  test("is too deep from one level more than the limit on", () => {
    expect(isTooDeep(parsed(nest(maxJsonLevels)))).toBe(false);
    expect(isTooDeep(parsed(nest(maxJsonLevels + 1)))).toBe(true);
    expect(isTooDeep(parsed(nest(200_000)))).toBe(true);
  });

  test("stays as it is within the limit, and is cut to it beyond", () => {
    expect(cutDeep(parsed(nest(maxJsonLevels)))).toEqual(parsed(nest(maxJsonLevels)));
    const cut = cutDeep(parsed(nest(200_000)));
    expect(isTooDeep(cut)).toBe(false);
    expect(JSON.stringify(cut)).toContain("null");
  });
});

test.each(["1", '"[[["', "null", "[]", '{"a":[1,{"b":null}]}'])("%s is not too deep and stays", (text) => {
  expect(isTooDeep(parsed(text))).toBe(false);
  expect(JSON.stringify(cutDeep(parsed(text)))).toBe(text);
});

test("what lies beside the depth stays, also under a key that is none of an object's own", () => {
  const deep = `{"keep":{"a":1},"__proto__":${arrays(300)},"last":[${objects(300)},2]}`;
  const cut = cutDeep(parsed(deep));
  expect(cut).toMatchObject({ keep: { a: 1 }, last: [{}, 2] });
  expect(Object.getPrototypeOf(cut)).toBe(Object.prototype);
  expect(isTooDeep(cut)).toBe(false);
});
