import { deepEqual, ok } from "node:assert/strict";
import { systemClock } from "../../clock.ts";
import { FleetError } from "../../errors/fleet-error.ts";
import {
  graceMs,
  isSink,
  limit,
  rejectsAsFleetError,
  within,
  type AdapterCase,
  type AdapterSubject,
  sendTo,
} from "./case.ts";

const can = (ability: "foreignEvent" | "leave") => (subject: AdapterSubject) =>
  isSink(subject) && subject.harness.can.includes(ability);

/** The host retries what is retryable and buries the rest: a wrong flag loses an event or repeats it for ever. */
export const errorCases: readonly AdapterCase[] = [
  {
    name: "an event that it can never send is refused for good, and nothing arrives",
    isFor: can("foreignEvent"),
    run: async ({ connect, far }) => {
      const sink = await connect();
      if (far.foreignEvent === undefined)
        throw new Error("the harness says that it can make a foreign event");
      await rejectsAsFleetError(sendTo(sink, far.foreignEvent(), limit()), "send of a foreign event", false);
      await systemClock.sleep(graceMs);
      deepEqual(await far.arrivals(), []);
    },
  },
  {
    name: "a far side that is gone is skipped with a reason or refused for a later try",
    isFor: can("leave"),
    run: async ({ connect, far }) => {
      const sink = await connect();
      await far.leave?.();
      const sending = sendTo(sink, far.event(1), limit());
      const skipped = await within(sending, "send").then(({ skipped: reason }) => reason, keepRetryable);
      ok(skipped !== undefined && skipped !== "", "a receipt without an arrival");
    },
  },
];

function keepRetryable(error: unknown): string {
  if (!(error instanceof FleetError))
    throw new Error(`send rejected with no FleetError but ${String(error)}`, { cause: error });
  ok(error.isRetryable, `send rejected with ${error.code}, which is not retried`);
  return error.message;
}
