// For the tests alone: events, and the adapter opened for a far side of its own.
import { testContext } from "@fleetbus/core/testing";
import { adapter } from "./adapter.js";
import { startFar } from "./far-side.js";

/** The n-th event of a test. */
export function event(n) {
  const from = { machine: "lab", session: "web" };
  const time = "2026-01-01T00:00:00.000Z";
  return { id: `event-${n}`, kind: "turn.failed", from, time, origin: "agent", data: {} };
}

/** For one call. */
export function limit() {
  return AbortSignal.timeout(5000);
}

/** Lends a test a far side and the adapter, opened for it. */
export async function withFar(run) {
  const far = await startFar();
  const opened = adapter.open(adapter.spec.config.parse(far.config), testContext());
  try {
    await run(far, opened);
  } finally {
    await Promise.all([opened.sink?.close(), opened.source?.close()]);
    await far.close();
  }
}
