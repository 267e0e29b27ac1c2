import { deepEqual, rejects } from "node:assert/strict";
import { systemClock } from "../../clock.ts";
import { graceMs, isSink, within, type AdapterCase, type AdapterSubject, sendTo } from "./case.ts";

const canStall = (subject: AdapterSubject) => isSink(subject) && subject.harness.can.includes("stall");

/** Every await that can hang takes the host's signal. */
export const abortCases: readonly AdapterCase[] = [
  {
    name: "connect with an aborted signal rejects",
    isFor: isSink,
    run: async ({ open }) => {
      const { sink } = open();
      await rejects(
        within(sink?.connect(AbortSignal.abort()) ?? Promise.resolve(), "connect"),
        "connect went on",
      );
    },
  },
  {
    name: "a send with an aborted signal rejects, and nothing arrives",
    isFor: isSink,
    run: async ({ connect, far }) => {
      const sink = await connect();
      await rejects(within(sendTo(sink, far.event(1), AbortSignal.abort()), "send"), "send went on");
      await systemClock.sleep(graceMs);
      deepEqual(await far.arrivals(), []);
    },
  },
  {
    name: "a send that hangs rejects when its signal aborts",
    isFor: canStall,
    run: async ({ connect, far }) => {
      const sink = await connect();
      await far.stall?.();
      const abort = new AbortController();
      const sending = sendTo(sink, far.event(1), abort.signal);
      const settled = rejects(sending, "send went on");
      await systemClock.sleep(graceMs);
      abort.abort();
      await within(settled, "an aborted send");
    },
  },
  {
    name: "close ends a send that hangs",
    isFor: canStall,
    run: async ({ connect, far }) => {
      const sink = await connect();
      await far.stall?.();
      const settled = rejects(sendTo(sink, far.event(1), new AbortController().signal), "send went on");
      await systemClock.sleep(graceMs);
      await within(sink.close(), "close");
      await within(settled, "a send after close");
    },
  },
];
