import { FleetError, sessionRecordSchema, systemClock } from "@fleetbus/core";
import { memoryBus } from "@fleetbus/core/testing";
import { expect, test } from "vitest";
import { sessionStore } from "./store.ts";

const at = "2026-01-01T00:00:00.000Z";
const record = sessionRecordSchema.parse({
  machine: "lab",
  name: "web",
  display: "web",
  cli: "claude",
  state: "idle",
  stateSince: at,
  startedAt: at,
  seenAt: at,
  hooked: true,
  wake: true,
  idleGeneration: 1,
  lastEventId: "01j00000000000000000000000",
});

function failTest(error: unknown): void {
  throw error;
}

test("what is saved is with the server after a flush", async () => {
  const bus = memoryBus({ ns: "main", clock: systemClock });
  const store = sessionStore({ bucket: () => bus.bucket("sessions"), clock: systemClock, onError: failTest });
  store.save(record);
  await store.flush(AbortSignal.timeout(5000));
  expect(await store.load()).toEqual([record]);
});

test("after the flush of a clean stop nothing is tried again, with the server away or given late", async () => {
  let tries = 0;
  const away = () => {
    tries += 1;
    return Promise.reject(new FleetError("unavailable", "connecting: nobody listens"));
  };
  const store = sessionStore({ bucket: away, clock: systemClock, onError: failTest });
  store.save(record);
  await store.flush(AbortSignal.timeout(100));
  const before = tries;
  store.save({ ...record, state: "lost" });
  await systemClock.sleep(700); // longer than the pause before a retry
  expect(before).toBeGreaterThan(0);
  expect(tries).toBe(before);
});
