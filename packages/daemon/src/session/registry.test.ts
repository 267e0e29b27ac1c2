import { foldEvent, type FleetEvent } from "@fleetbus/core";
import { expect, test } from "vitest";
import { registry } from "./registry.ts";
import type { SessionStore } from "./store.ts";

const nothingKept: SessionStore = {
  save: () => undefined,
  remove: () => undefined,
  load: () => Promise.resolve([]),
  flush: () => Promise.resolve(),
};

function started(name: string, data: object): FleetEvent {
  const from = { machine: "lab", session: name };
  return {
    ...{ id: "e1", from, time: "2026-01-01T00:00:00Z", kind: "session.started", origin: "system" },
    data: { cli: "claude", ...data },
  };
}

test.each([
  ["the same start", { pid: 10, procStart: "100" }, "web"],
  ["no start that is known", { pid: 10 }, "web"],
  ["another start", { pid: 10, procStart: "900" }, undefined],
  ["another start and the CLI's own session id", { pid: 10, procStart: "900", cliSession: "c1" }, "web"],
])("a session is identified by its pid with %s", (_, sighting, name) => {
  const known = registry({ store: nothingKept, fold: foldEvent, onChange: () => undefined });
  known.apply(started("web", { pid: 10, procStart: "100", cliSession: "c1" }));
  expect(known.identify(sighting)?.name).toBe(name);
});

test("what was known by its output in a wrapped terminal is identified by that, until its hooks speak", () => {
  const known = registry({ store: nothingKept, fold: foldEvent, onChange: () => undefined });
  const pty = { id: "7-abc", socket: "/run/pty-7", pid: 7 };
  known.apply(started("web", { pid: 10, cli: "wrapper", hooked: false, pty }));
  expect(known.identify({ pid: 11, pty: { ...pty, id: "7-other" } })).toBeUndefined();
  expect(known.identify({ pid: 11, pty })?.name).toBe("web");
  known.apply({ ...started("web", { pid: 11, hooked: true, pty }), id: "e2" });
  expect(known.find("web")).toMatchObject({ pid: 11, cli: "claude", hooked: true });
  expect(known.identify({ pid: 12, pty })).toBeUndefined();
});

test("the live sessions are the very same list until one of them changes", () => {
  const known = registry({ store: nothingKept, fold: foldEvent, onChange: () => undefined });
  known.apply(started("web", { pid: 10 }));
  const before = known.live();
  known.identify({ pid: 10 });
  known.apply(started("web", { pid: 10 }));
  expect(known.live()).toBe(before);
  known.apply({ ...started("api", { pid: 11 }), id: "e2" });
  expect(known.live().map(({ name }) => name)).toEqual(["web", "api"]);
  known.forget("web");
  expect(known.live().map(({ name }) => name)).toEqual(["api"]);
});

test("the first live session of some processes is found, until it ends", () => {
  const known = registry({ store: nothingKept, fold: foldEvent, onChange: () => undefined });
  known.apply(started("web", { pid: 10 }));
  known.apply(started("api", { pid: 11 }));
  known.apply(started("twin", { pid: 10 }));
  known.apply(started("unseen", {}));
  expect(known.liveAmong([12, 11, 10])?.name).toBe("web");
  expect(known.liveAmong([11])?.name).toBe("api");
  expect(known.liveAmong([12])).toBeUndefined();
  expect(known.liveAmong([])).toBeUndefined();
  known.apply({ ...started("web", {}), kind: "session.ended", id: "e2" });
  expect(known.liveAmong([11, 10])?.name).toBe("api");
  known.forget("api");
  expect(known.liveAmong([11, 10])?.name).toBe("twin");
});
