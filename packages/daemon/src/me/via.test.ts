import { adapterEntrySchema, configSchema, FleetError, type AdapterConfig } from "@fleetbus/core";
import { fakeClock } from "@fleetbus/core/testing";
import { describe, expect, test } from "vitest";
import { paperAdapter, plainText } from "../host/host.test.support.ts";
import type { HostEntry } from "../host/host.ts";
import { onLadder, rulesOf, withImplied } from "./via.ts";

const far = { seen: [], clock: fakeClock() };
const adapter = (isLocal: boolean) => paperAdapter({ text: plainText, traits: { isLocal } }, () => ({}), far);
const hosted = (name: string, more: Partial<AdapterConfig> = {}, isLocal = false): HostEntry => ({
  entry: { ...adapterEntrySchema.parse({ name, type: "paper" }), ...more },
  adapter: adapter(isLocal),
  config: {},
});
const config = (via: readonly string[]) =>
  configSchema.parse({ me: { via }, adapter: [{ name: "phone", type: "paper" }] });

describe("an adapter of me.via", () => {
  test("may be a built-in type's own name, and is started then", () => {
    const names = withImplied(config(["paper", "phone"]), [adapter(true)]).map(({ name }) => name);
    expect(names).toEqual(["phone", "paper"]);
    expect(withImplied(config(["phone"]), [adapter(true)])).toHaveLength(1);
  });

  test.each<readonly [string, Partial<AdapterConfig>, readonly string[], boolean | undefined]>([
    ["that says no on leaves to the ladder what it brings", {}, ["phone"], false],
    ["that says on has it at once", { on: ["permission.requested"] }, ["phone"], true],
    ["that is none of them listens as ever", {}, ["mail"], undefined],
  ])("%s", (_, more, via, takes) => {
    const made = onLadder(hosted("phone", more), via);
    expect(made.entry.on?.includes("permission.requested")).toBe(takes);
    if (takes === false) expect(made.entry.on).toContain("turn.failed");
  });

  test.each([
    [{}, ["phone"], "hold", 600_000],
    [{ on: ["turn.failed"], quiet: "ignore" as const, dedupe: 1 }, ["phone"], "ignore", 1],
    [{}, ["mail"], undefined, undefined],
  ])(
    "keeps quiet hours and tells a state once, unless it says otherwise: %j in %j",
    (more, via, ...manners) => {
      const { quiet, dedupe } = onLadder(hosted("phone", more), via).entry;
      expect([quiet, dedupe]).toEqual(manners);
    },
  );

  test("is a rung in the order of via, by its traits, and says that something is over where its entry lets it", () => {
    const error = new FleetError("config", "reading adapter broken");
    const broken = { entry: hosted("broken").entry, error };
    const entries = [
      ...[hosted("phone", { on: ["permission.*"] }), hosted("desktop", {}, true)],
      ...[hosted("mail", { resolve: false }), broken],
    ];
    const me = { ...config([]).me, via: ["desktop", "broken", "off", "phone", "mail"] };
    expect(rulesOf(me, entries)).toEqual({
      escalateAfterMs: 300_000,
      via: [
        { adapter: "desktop", isLocal: true, resolves: { message: true, permission: true, sleeper: true } },
        { adapter: "phone", isLocal: false, resolves: { message: true, permission: false, sleeper: true } },
        { adapter: "mail", isLocal: false, resolves: { message: false, permission: false, sleeper: false } },
      ],
    });
  });
});
