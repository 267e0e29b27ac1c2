import { deepEqual, rejects } from "node:assert/strict";
import { describe, test } from "node:test";
import { bareNotice, type Notice, type Sink } from "@fleetbus/core";
import { event, limit, withFar } from "./bench.ts";

const notice = bareNotice(event(1), { title: "lab/web failed", text: "no <b>luck</b>", priority: "high" });

async function send(sink: Sink | undefined, what: Notice = notice) {
  await sink?.connect(limit());
  return sink?.send(event(1), limit(), what);
}

/** What each answer means to the host: to try again, to bury it, to pause. */
const failures = [
  [401, "unauthorized"],
  [413, "too_large"],
  [429, "unavailable"],
  [500, "unavailable"],
] as const;

describe("what is sent", () => {
  test("arrives as it was rendered, and its receipt bears the far side's id", () =>
    withFar(async (far, { sink }) => {
      deepEqual(await send(sink), { providerId: "far-event-1" });
      const { title, text, priority } = notice;
      deepEqual(far.messages, [{ id: "event-1", title, text, priority }]);
    }));

  for (const [status, code] of failures) {
    test(`and answered with ${status} is an error of code ${code}`, () =>
      withFar(async (far, { sink }) => {
        far.next = { status, headers: { "retry-after": "7" } };
        await rejects(send(sink), {
          code,
          details: { status, answer: '{"error":"as the test wants it"}', retryAfterMs: 7000 },
        });
        deepEqual(far.messages, []);
      }));
  }
});
