import { expect, test } from "vitest";
import { isLoopback } from "./is-loopback.ts";

test.each(["localhost", "LOCALHOST", "127.0.0.1", "127.9.9.9", "::1"])("%s is this machine alone", (host) => {
  expect(isLoopback(host)).toBe(true);
});

test.each(["127.evil.example", "localhost.evil.example", "0.0.0.0", "::", "10.0.0.1", "::ffff:10.0.0.1", ""])(
  "%j is not",
  (host) => {
    expect(isLoopback(host)).toBe(false);
  },
);
