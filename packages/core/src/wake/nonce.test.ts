import { describe, expect, test } from "vitest";
import { FleetError } from "../errors/fleet-error.ts";
import { findNonces, nonceTag } from "./nonce.ts";

describe("nonces", () => {
  test("a tag is found again in the text that carries it", () => {
    const text = `2 messages wait for you. Run: fleet inbox ${nonceTag("4k2mzz")}`;
    expect(findNonces(text)).toEqual(["4k2mzz"]);
  });

  test.each([
    ["none in plain text", "fleet:abcdef [fleet] [fleet:]", []],
    [
      "several, each once and in order",
      "[fleet:bbbbbb] x [fleet:aaaaaa]\n[fleet:bbbbbb]",
      ["bbbbbb", "aaaaaa"],
    ],
    [
      "inside markup that a CLI wraps around it",
      "<system-reminder>\nmail [fleet:abc123].\n</system-reminder>",
      ["abc123"],
    ],
    ["not one that is cut, spaced or too short", "[fleet:abc12 3] [fleet:abcde] [fleet:abcdef", []],
    ["not one in capitals", "[fleet:ABCDEF]", []],
    ["one whose bracket follows another", "[[fleet:abcdef]]", ["abcdef"]],
  ])("finds %s", (_, text, expected) => {
    expect(findNonces(text)).toEqual(expected);
  });

  test.each(["", "abc", "ABCDEF", "abc def", "abc]def", "a".repeat(65)])("refuses to tag %j", (nonce) => {
    expect(() => nonceTag(nonce)).toThrow(FleetError);
  });
});
