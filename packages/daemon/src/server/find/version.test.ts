import { describe, expect, it } from "vitest";
import { commandRunner } from "./command.ts";
import {
  compareVersions,
  isVersionAtLeast,
  readVersion,
  requireServerVersion,
  versionOf,
} from "./version.ts";

const run = commandRunner(process.env, AbortSignal.timeout(20_000));

describe("versions of nats-server", () => {
  it.each([
    ["nats-server: v2.15.1", "2.15.1"],
    ["nats-server: v2.14.0-RC.1\n", "2.14.0-RC.1"],
    ["2.10.27", "2.10.27"],
    ["no such option", undefined],
  ])("reads %j as %s", (text, expected) => {
    expect(readVersion(text)).toBe(expected);
  });

  it.each([
    ["2.14.0", true],
    ["2.14.0-RC.1", true],
    ["2.15.1", true],
    ["3.0.0", true],
    ["2.13.9", false],
    ["2.9.99", false],
    ["nonsense", false],
  ])("takes %s: %s", (version, isTaken) => {
    expect(isVersionAtLeast(version)).toBe(isTaken);
  });

  it("compares by number, not by letter", () => {
    expect(["2.9.1", "2.15.0", "2.14.10", "2.14.9"].sort(compareVersions)).toEqual([
      "2.9.1",
      "2.14.9",
      "2.14.10",
      "2.15.0",
    ]);
  });

  it("refuses an existing server that is too old, with what to do", () => {
    expect(() => requireServerVersion("2.10.27", "nats://hub:4222")).toThrow(
      /nats:\/\/hub:4222: it is 2\.10\.27, fleet needs 2\.14\.0/,
    );
    expect(() => requireServerVersion("2.14.2", "nats://hub:4222")).not.toThrow();
  });

  it("asks the executable itself", async () => {
    expect(await versionOf(process.env["FLEET_NATS_SERVER"] ?? "", run)).toMatch(/^\d+\.\d+\.\d+/);
    expect(await versionOf(process.execPath, run)).toBeUndefined();
    expect(await versionOf("/nowhere/nats-server", run)).toBeUndefined();
  });
});
