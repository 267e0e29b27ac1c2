import { systemClock, type SessionRecord } from "@fleetbus/core";
import { expect, test } from "vitest";
import { bootedAt, endedByReboot } from "./boot.ts";

const bootedAtMs = Date.parse("2026-01-02T10:00:00.000Z");
const seen = (name: string, seenAt: string, pid?: number): SessionRecord => ({
  ...{ machine: "lab", name, display: name, cli: "codex", state: "idle", hooked: true, wake: true },
  ...{ stateSince: "", startedAt: "", seenAt, idleGeneration: 1, lastEventId: "e0" },
  ...(pid === undefined ? {} : { pid }),
});

test("[want 9] a restart of the machine has ended whoever was heard of last before it, with and without a pid", () => {
  const live = [
    seen("before", "2026-01-02T09:59:00.000Z"),
    seen("with-a-pid", "2026-01-01T00:00:00.000Z", 1),
    seen("after", "2026-01-02T10:00:30.000Z"),
    seen("at-the-moment", "2026-01-02T09:59:58.000Z"),
  ];
  expect(endedByReboot(live, bootedAtMs).map(({ name }) => name)).toEqual(["before", "with-a-pid"]);
});

test("this machine was started before this process", () => {
  expect(bootedAt(systemClock)).toBeLessThan(systemClock.now() - performance.now());
});
