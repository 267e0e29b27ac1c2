import { expect, it } from "vitest";
import { loadConfig } from "./load.ts";
import { privatePlaceOf } from "./private-place.ts";

it.each([
  ["ntfy.home", "ntfy.home"],
  ["NTFY.home.:80", "ntfy.home:80"],
  ["127.0.0.1:8080", "127.0.0.1:8080"],
  ["2130706433", "127.0.0.1"],
  ["::1", "::1"],
  ["[::1]:80", "::1:80"],
  ["10.0.0.0/8", undefined],
  ["http://x", undefined],
  ["host:0", undefined],
  ["host:70000", undefined],
  ["", undefined],
  ["a b", undefined],
])("allow_private %j is read as %j", (entry, place) => {
  expect(privatePlaceOf(entry)).toBe(place);
});

it("a network in allow_private is a problem of the config, with its place", () => {
  const text = '[[adapter]]\nname = "hook"\ntype = "webhook"\nallow_private = ["10.0.0.0/8"]\n';
  expect(() => loadConfig(text, { path: "fleet.toml" })).toThrow(
    /4:1 adapter\[0\]\.allow_private\[0\]: .*host:port/,
  );
});
