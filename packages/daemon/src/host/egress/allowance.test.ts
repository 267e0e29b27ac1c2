import { describe, expect, test } from "vitest";
import { allowanceOf } from "./allowance.ts";

describe("allow_private", () => {
  test.each([
    ["127.0.0.1:8080", "127.0.0.1", 8080],
    ["127.0.0.1", "127.0.0.1", 9],
    ["0x7f.1:80", "127.0.0.1", 80],
    ["NTFY.home.:80", "ntfy.home", 80],
    ["ntfy.home:80", "Ntfy.Home.", 80],
    ["[::1]:80", "::1", 80],
    ["[::1]:80", "[::1]", 80],
    ["::1", "::1", 443],
    ["[0:0:0:0:0:0:0:1]:80", "::1", 80],
    ["localhost:80", "localhost", 80],
  ])("%s lets through %s at port %i", (entry, host, port) => {
    expect(allowanceOf([entry]).has(host, port)).toBe(true);
  });

  test.each([
    ["127.0.0.1:8080", "127.0.0.1", 8081],
    ["127.0.0.1:8080", "127.0.0.2", 8080],
    ["ntfy.home:80", "evil.ntfy.home", 80],
    ["ntfy.home:80", "ntfy.home.evil.example", 80],
    ["::1", "::2", 80],
  ])("%s does not let through %s at port %i", (entry, host, port) => {
    expect(allowanceOf([entry]).has(host, port)).toBe(false);
  });

  test.each(["", ":80", "http://ntfy.home", "ntfy.home:0", "ntfy.home:70000", "ntfy.home:http", "a b:80"])(
    "%j is a problem of the config that names it",
    (entry) => {
      expect(() => allowanceOf([entry])).toThrow(
        expect.objectContaining({ code: "config", message: expect.stringContaining(`"${entry}"`) }),
      );
    },
  );
});
