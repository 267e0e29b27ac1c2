// For the tests alone: events, and the adapter opened for a far side of its own.
import type { FleetEvent } from "@fleetbus/core";
import { testContext } from "@fleetbus/core/testing";
import { adapter } from "./adapter.ts";
import { startFar, type FarServer } from "./far-side.ts";

/** The n-th event of a test. */
export function event(n: number): FleetEvent {
  const from = { machine: "lab", session: "web" };
  const time = "2026-01-01T00:00:00.000Z";
  return { id: `event-${n}`, kind: "turn.failed", from, time, origin: "agent", data: {} };
}

/** For one call. */
export function limit(): AbortSignal {
  return AbortSignal.timeout(5000);
}

/** Lends a test a far side and the adapter, opened for it. */
export async function withFar(
  run: (far: FarServer, opened: ReturnType<typeof adapter.open>) => Promise<void>,
): Promise<void> {
  const far = await startFar();
  const opened = adapter.open(adapter.spec.config.parse(far.config), testContext());
  try {
    await run(far, opened);
  } finally {
    await Promise.all([opened.sink?.close(), opened.source?.close()]);
    await far.close();
  }
}
