import type { FormerName, SessionRecord } from "@fleetbus/core";
import { describe, expect, it } from "vitest";
import { nameHistory, type Place } from "./names.ts";

const at = (minute: number) => `2026-11-21T10:${String(minute).padStart(2, "0")}:00Z`;
const span = (id: string, name: string, upTo: number, minute: number): FormerName => ({
  ...{ id, name, after: 0, upTo },
  until: at(minute),
});
const session = (name: string, ...formerly: readonly FormerName[]): SessionRecord => ({
  ...{ machine: "lab", name, display: name, cli: "demo", state: "idle", hooked: true, wake: true },
  ...{ stateSince: at(0), startedAt: at(0), seenAt: at(0), idleGeneration: 1, lastEventId: "e0" },
  formerly: [...formerly],
});

/** One bore web until 10:10 and is api, the next until 10:20 and is docs, the third bears it now; api was docs in between. */
const names = nameHistory(() => [
  session("api", span("e1", "web", 100, 10), span("e2", "docs", 150, 15)),
  session("docs", span("e3", "web", 200, 20)),
  session("web"),
]);

describe("a name that several sessions bore", () => {
  const cases: readonly (readonly [string, string, Place, string])[] = [
    ["stored before the first rename", "web", { seq: 100, time: at(12) }, "api"],
    ["accepted before it and stored later", "web", { seq: 250, time: at(9) }, "api"],
    ["stored between the two renames", "web", { seq: 101, time: at(11) }, "docs"],
    ["stored after both", "web", { seq: 201, time: at(21) }, "web"],
    ["without a time, by its sequence alone", "web", { seq: 201, time: undefined }, "web"],
    ["under a name that is borne by another now", "docs", { seq: 150, time: at(14) }, "api"],
    ["to one that was never renamed", "other", { seq: 1, time: at(1) }, "other"],
  ];
  it.each(cases)("%s: the mail on it has one owner", (_, name, place, owner) => {
    expect(names.nowOf(name, place)).toBe(owner);
    expect(names.spanOf(name, place) === undefined).toBe(owner === name);
  });

  it("is what the session was called then", () => {
    expect(names.nameAt("api", { seq: 90, time: at(9) })).toBe("web");
    expect(names.nameAt("api", { seq: 140, time: at(14) })).toBe("docs");
    expect(names.nameAt("api", { seq: 160, time: at(16) })).toBe("api");
  });
});
