import { describe, expect, it, test } from "vitest";
import type { FleetEvent } from "../../event/event.ts";
import { fitsGlob } from "./glob.ts";
import { kindFilters } from "./kinds.ts";
import { matchRoute, type Route } from "./match.ts";
import { eventPriority, isAtLeast } from "./priority.ts";

const event = (change: Partial<FleetEvent> = {}): FleetEvent => ({
  id: "e1",
  kind: "turn.failed",
  from: { machine: "lab", session: "web" },
  time: "2026-01-01T00:00:00.000Z",
  origin: "system",
  data: { cli: "claude" },
  ...change,
});

const refusals: readonly (readonly [Route, Partial<FleetEvent>, string])[] = [
  [{ on: ["session.*"] }, {}, "on: turn.failed is none of session.*"],
  [{ on: [] }, {}, "on: turn.failed is the list is empty"],
  [{ priority: "high" }, { kind: "turn.stopped" }, "priority: its priority is normal, below high"],
  [{ sessions: ["api", "box/*"] }, {}, "sessions: web is none of api, box/*"],
  [{ roles: ["review"] }, {}, "roles: it has none, only review pass"],
  [{ origins: ["human"] }, {}, "origins: its origin is system, none of human"],
  [
    { types: ["escalation"] },
    { kind: "message.received", data: { type: "status" } },
    "types: status is none of escalation",
  ],
  [{}, { data: { agentId: "a1" } }, "news: it is a sub-agent's, and those page nobody"],
  [{}, { data: { late: true } }, "news: it was heard of only after something newer: history, no news"],
  [{}, { kind: "adapter.failing", data: { adapter: "phone" } }, "news: it is about phone itself"],
];

describe("a route", () => {
  test.each(refusals)("%j refuses %j and says why", (route, change, why) => {
    const { isMatch, checks } = matchRoute(route, event(change), { adapter: "phone" });
    expect(isMatch).toBe(false);
    expect(checks.filter(({ isOk }) => !isOk).map(({ rule, text }) => `${rule}: ${text}`)).toEqual([why]);
  });

  test.each<readonly [Route, Partial<FleetEvent>]>([
    [{}, {}],
    [{ on: ["turn.*"] }, {}],
    [{ on: ["*"] }, { kind: "run.finished" }],
    [{ priority: "high" }, {}],
    [{ sessions: ["web"] }, {}],
    [{ sessions: ["lab/*"] }, {}],
    [{ sessions: ["*b"] }, {}],
    [{ roles: ["front*"] }, {}],
    [{ origins: ["agent", "system"] }, {}],
    [{ types: ["escalation"] }, {}],
    [{ types: ["esc*"] }, { kind: "message.received", data: { type: "escalation" } }],
  ])("%j takes %j", (route, change) => {
    expect(matchRoute(route, event(change), { role: "frontend" }).isMatch).toBe(true);
  });

  it.each([
    [["phone"], {}, true],
    [["phone", "mail"], { on: ["turn.failed"], priority: "urgent" }, true],
    [["mail"], {}, false],
    [[], { on: ["run.*"] }, true],
    [[], { on: ["turn.failed"] }, false],
  ] satisfies readonly (readonly [string[], Route, boolean])[])(
    "a run for %j and the route %j: %s",
    (to, route, isMatch) => {
      const run = event({ kind: "run.finished", data: { to, exitCode: 7 } });
      expect(matchRoute(route, run, { adapter: "phone" }).isMatch).toBe(isMatch);
    },
  );

  it("gives a person what a line or a time led to, and not all of a run's output", () => {
    const output = (trigger: string) => event({ kind: "run.output", data: { trigger } });
    const isTold = (trigger: string, isForPeople: boolean) =>
      matchRoute({}, output(trigger), { adapter: "phone", isForPeople }).isMatch;
    expect([isTold("regex", true), isTold("partial", true), isTold("stream", true)]).toEqual([
      true,
      true,
      false,
    ]);
    expect(isTold("stream", false)).toBe(true);
  });

  it("says all of what refuses, not only the first", () => {
    const { checks } = matchRoute({ on: ["session.*"], origins: ["human"], sessions: ["web"] }, event());
    expect(checks.map(({ rule, isOk }) => `${rule} ${isOk}`)).toEqual([
      "on false",
      "sessions true",
      "origins false",
    ]);
  });
});

test.each([
  ["permission.requested", {}, "high"],
  ["turn.failed", {}, "high"],
  ["session.lost", {}, "high"],
  ["turn.stopped", {}, "normal"],
  ["turn.stopped", { outcome: "error" }, "high"],
  ["turn.stopped", { outcome: "blocked" }, "high"],
  ["run.finished", { outcome: "error" }, "high"],
  ["tool.started", {}, "low"],
  ["message.received", { priority: "urgent" }, "urgent"],
  ["message.received", { priority: "no such" }, "normal"],
  ["message.displayed", { priority: "urgent" }, "low"],
  ["turn.stopped", { priority: "urgent" }, "normal"],
  ["of.another", {}, "normal"],
])("the priority of %s with %j is %s", (kind, data, priority) => {
  expect(eventPriority({ kind, data })).toBe(priority);
});

test("priorities are in order", () => {
  expect(isAtLeast("urgent", "high")).toBe(true);
  expect(isAtLeast("low", "normal")).toBe(false);
});

test.each([
  [["turn.failed"], ["turn.failed"]],
  [
    ["turn.*", "turn.failed", "session.lost"],
    ["turn.>", "session.lost"],
  ],
  [["*.failed", "turn.*"], [">"]],
  [["*"], [">"]],
  [["turn.f*"], [">"]],
  [["turn.failed", "turn.failed"], ["turn.failed"]],
  [[], []],
])("the kinds %j are the filters %j, none within another", (on, filters) => {
  expect(kindFilters(on)).toEqual(filters);
});

test("a glob takes nothing but its star as a pattern", () => {
  expect(fitsGlob("a.b", "axb")).toBe(false);
  expect(fitsGlob("a*(b", "a\nx(b")).toBe(true);
});
