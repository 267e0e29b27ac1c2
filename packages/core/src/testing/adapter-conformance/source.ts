import { timeLimit } from "../../time-limit.ts";
import { equal, ok } from "node:assert/strict";
import type { Source, SourceDelivery } from "../../adapter/source.ts";
import { limit, limitMs, within, type AdapterCase, type AdapterSubject, type Bench } from "./case.ts";

const isSource = ({ harness }: AdapterSubject) => harness.can.includes("speak");

/** World → bus. */
export const sourceCases: readonly AdapterCase[] = [
  {
    name: "what the world says comes out, with an answer to give",
    isFor: isSource,
    run: async (bench) => {
      const source = await connectSource(bench);
      const abort = new AbortController();
      const first = firstOf(source, abort.signal);
      await bench.far.speak?.(1);
      const delivery = await within(first, "receive");
      equal(delivery?.said.type, "text");
      await within(delivery?.ack({ line: "→ lab/web: stored" }) ?? Promise.resolve(), "ack");
      abort.abort();
    },
  },
  {
    name: "receive ends when its signal aborts",
    isFor: isSource,
    run: async (bench) => {
      const source = await connectSource(bench);
      const ended = firstOf(source, timeLimit(100)).catch(() => undefined); // ending by throwing is ending
      ok((await within(ended, "an aborted receive", limitMs)) === undefined, "something came out of nothing");
    },
  },
  {
    name: "it may be closed twice, and before it was connected",
    isFor: isSource,
    run: async (bench) => {
      const source = await connectSource(bench);
      await within(source.close(), "close");
      await within(source.close(), "the second close");
      await within(bench.open().source?.close() ?? Promise.resolve(), "close without connect");
    },
  },
];

async function connectSource({ open }: Bench): Promise<Source> {
  const { source } = open();
  if (source === undefined) throw new Error("the adapter has no source");
  await within(source.connect(limit()), "connect");
  return source;
}

async function firstOf(source: Source, signal: AbortSignal): Promise<SourceDelivery | undefined> {
  for await (const delivery of source.receive(signal)) return delivery;
  return undefined;
}
