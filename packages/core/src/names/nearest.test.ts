import fc from "fast-check";
import { expect, test } from "vitest";
import { nearest } from "./nearest.ts";

const words = ["web", "api", "lab/web", "lab/api", "backend", "per_session", "per_fleet"];

test.each<[string, readonly string[]]>([
  ["wbe", ["web"]],
  ["WEB", ["web"]],
  ["apy", ["api"]],
  ["bakcend", ["backend"]],
  ["per_sesion", ["per_session"]],
  ["lab/wep", ["lab/web"]],
  ["zzzzzz", []],
  ["lab", []],
  ["", []],
])("%j may mean %j", (text, meant) => {
  expect(nearest(text, words).slice(0, Math.max(1, meant.length))).toEqual(meant);
});

test("no more than three are named, each once, the nearest first", () => {
  expect(nearest("web1", ["web4", "web2", "web2", "web3", "web1x", "we"])).toHaveLength(3);
  expect(nearest("session", ["sesion1", "sessions"])[0]).toBe("sessions");
});

test("a known word is always its own nearest, whatever the words", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ minLength: 3 }), { minLength: 1 }), (known) => {
      const [word = ""] = known;
      expect(nearest(word, known)[0]?.toLowerCase()).toBe(word.toLowerCase());
    }),
  );
});
