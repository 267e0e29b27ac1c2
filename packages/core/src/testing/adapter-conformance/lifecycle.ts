import { deepEqual, equal } from "node:assert/strict";
import {
  arrivedIds,
  graceMs,
  isSink,
  limit,
  rejectsAsFleetError,
  within,
  type AdapterCase,
  sendTo,
} from "./case.ts";
import { systemClock } from "../../clock.ts";

/** What the host does with a sink: connect once, send, close once. */
export const lifecycleCases: readonly AdapterCase[] = [
  {
    name: "what is sent between connect and close arrives, once",
    isFor: isSink,
    run: async ({ connect, far }) => {
      const sink = await connect();
      const receipt = await within(sendTo(sink, far.event(1), limit()), "send");
      equal(receipt.skipped, undefined);
      deepEqual(await arrivedIds(far, 1), [far.event(1).id]);
      await within(sink.close(), "close");
    },
  },
  {
    name: "a send before connect is refused, for a later try, and nothing arrives",
    isFor: isSink,
    run: async ({ open, far }) => {
      const { sink } = open();
      if (sink === undefined) throw new Error("the adapter has no sink");
      await rejectsAsFleetError(sendTo(sink, far.event(1), limit()), "send before connect", true);
      await systemClock.sleep(graceMs);
      deepEqual(await far.arrivals(), []);
    },
  },
  {
    name: "a send after close is refused, for a later try, and nothing arrives",
    isFor: isSink,
    run: async ({ connect, far }) => {
      const sink = await connect();
      await within(sink.close(), "close");
      await rejectsAsFleetError(sendTo(sink, far.event(1), limit()), "send after close", true);
      await systemClock.sleep(graceMs);
      deepEqual(await far.arrivals(), []);
    },
  },
  {
    name: "it may be closed twice, and before it was connected",
    isFor: isSink,
    run: async ({ connect, open }) => {
      const sink = await connect();
      await within(sink.close(), "close");
      await within(sink.close(), "the second close");
      await within(open().sink?.close() ?? Promise.resolve(), "close without connect");
    },
  },
  {
    name: "two instances know nothing of each other",
    isFor: isSink,
    run: async ({ connect, far }) => {
      const [one, other] = [await connect(), await connect()];
      await within(one.close(), "close");
      await within(sendTo(other, far.event(1), limit()), "send of the other");
      deepEqual(await arrivedIds(far, 1), [far.event(1).id]);
    },
  },
];
