import { deepEqual, equal, ok } from "node:assert/strict";
import { bareNotice } from "../../adapter/notice.ts";
import { systemClock } from "../../clock.ts";
import { FleetError } from "../../errors/fleet-error.ts";
import type { FleetEvent } from "../../event/event.ts";
import {
  arrivedIds,
  graceMs,
  isSink,
  limit,
  limitMs,
  within,
  type AdapterCase,
  type AdapterSubject,
  type Bench,
  sendTo,
} from "./case.ts";

const traits = ({ adapter }: AdapterSubject) => adapter.spec.traits;
const some = [1, 2, 3, 4, 5];

/** What an adapter declares is what the host relies on. */
export const traitCases: readonly AdapterCase[] = [
  {
    name: "idempotent: the same event sent twice arrives once",
    isFor: (subject) => isSink(subject) && traits(subject).idempotent,
    run: async ({ connect, far }) => {
      const sink = await connect();
      await within(sendTo(sink, far.event(1), limit()), "send");
      await within(sendTo(sink, far.event(1), limit()), "the second send");
      await systemClock.sleep(graceMs);
      deepEqual(await arrivedIds(far, 1), [far.event(1).id]);
    },
  },
  {
    name: "ordered: what is sent one after the other arrives in that order",
    isFor: (subject) => isSink(subject) && traits(subject).ordered,
    run: async ({ connect, far }) => {
      const sink = await connect();
      for (const n of some) await within(sendTo(sink, far.event(n), limit()), "send");
      deepEqual(
        await arrivedIds(far, some.length),
        some.map((n) => far.event(n).id),
      );
    },
  },
  {
    name: "not ordered: sends may overlap, and each arrives once",
    isFor: (subject) => isSink(subject) && !traits(subject).ordered,
    run: async ({ connect, far }) => {
      const sink = await connect();
      const sends = some.map((n) => sendTo(sink, far.event(n), limit(some.length)));
      await within(Promise.all(sends), "overlapping sends", some.length * limitMs);
      await systemClock.sleep(graceMs);
      deepEqual((await arrivedIds(far, some.length)).toSorted(), some.map((n) => far.event(n).id).toSorted());
    },
  },
  {
    name: "maxBytes: nothing longer arrives; what cannot be shortened is refused as too_large",
    isFor: (subject) => isSink(subject) && traits(subject).maxBytes !== undefined,
    run: sendTooMuch,
  },
  {
    name: "text: the longest title and text arrive; one more is refused as too_large",
    isFor: (subject) => isSink(subject) && subject.adapter.spec.text !== undefined,
    run: sendLongest,
  },
  {
    name: "proves: what its receipt says has arrived when it is given",
    isFor: (subject) => isSink(subject) && traits(subject).proves !== "nothing",
    run: async ({ connect, far }) => {
      const sink = await connect();
      await within(sendTo(sink, far.event(1), limit()), "send");
      deepEqual(
        (await far.arrivals()).map(({ eventId }) => eventId),
        [far.event(1).id],
      );
    },
  },
];

async function sendTooMuch({ connect, far, subject }: Bench): Promise<void> {
  const maxBytes = traits(subject).maxBytes ?? 0;
  if (far.largeEvent === undefined) throw new Error("the trait maxBytes demands a far side with largeEvent");
  const sink = await connect();
  const large = far.largeEvent(maxBytes);
  const failure = await within(
    sendTo(sink, large, limit()).then(
      () => undefined,
      (error: unknown) => error,
    ),
    "send",
  );
  if (failure !== undefined) {
    equal(failure instanceof FleetError ? failure.code : failure, "too_large");
  }
  const arrived = failure === undefined ? 1 : 0;
  equal((await arrivedIds(far, arrived)).length, arrived, "what was sent did not arrive");
  for (const { bytes } of await far.arrivals())
    ok(bytes <= maxBytes, `${bytes} bytes arrived, more than ${maxBytes}`);
}

async function sendLongest({ connect, far, subject }: Bench): Promise<void> {
  const { maxTitle = 0, maxText = 0 } = subject.adapter.spec.text ?? {};
  const sink = await connect();
  const fill = (event: FleetEvent, length: number) =>
    `${event.id} ${"x".repeat(length - event.id.length - 1)}`;
  const title = "t".repeat(maxTitle);
  const [first, second] = [far.event(1), far.event(2)];
  const longest = bareNotice(first, { title, text: fill(first, maxText) });
  await within(sink.send(first, limit(), longest), "send of the longest text");
  deepEqual(await arrivedIds(far, 1), [first.id]);
  const longer = bareNotice(second, { title, text: fill(second, maxText + 1) });
  const refusal: unknown = await within(
    sink.send(second, limit(), longer).catch((error: unknown) => error),
    "send",
  );
  equal(refusal instanceof FleetError ? refusal.code : refusal, "too_large");
  await systemClock.sleep(graceMs);
  deepEqual(await arrivedIds(far, 1), [first.id]);
}
