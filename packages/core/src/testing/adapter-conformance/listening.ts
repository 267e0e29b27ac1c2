import type { Source, SourceDelivery } from "../../adapter/source.ts";
import { systemClock } from "../../clock.ts";
import { FleetError } from "../../errors/fleet-error.ts";
import { limit, within, type Bench } from "./case.ts";

/** A connected source whose deliveries are asked for one by one, as the host does. */
export interface Ear {
  readonly source: Source;
  /** The next delivery; rejects where receive ends, throws or hangs. */
  next(): Promise<SourceDelivery>;
  /** What comes within this time; undefined for nothing. What comes later is the `next`. */
  soon(ms: number): Promise<SourceDelivery | undefined>;
}

/** Lends `run` an ear of a source of its own, which is closed after it. */
export async function listening<T>(bench: Bench, run: (ear: Ear) => Promise<T>): Promise<T> {
  const source = await connectSource(bench);
  const over = new AbortController();
  try {
    return await run(earOf(source, over.signal));
  } finally {
    over.abort(new FleetError("unavailable", "the case is over"));
    await within(source.close(), "close").catch(() => undefined); // the cases about closing say what is wrong
  }
}

/** Opens a source and connects it. */
export async function connectSource({ open }: Bench): Promise<Source> {
  const { source } = open();
  if (source === undefined) throw new Error("the adapter has no source");
  await within(source.connect(limit()), "connect");
  return source;
}

/** Has the far side say something. */
export async function speak({ far }: Bench, ...texts: readonly number[]): Promise<void> {
  if (far.speak === undefined) throw new Error("an adapter with a source demands a far side that can speak");
  for (const n of texts) await within(far.speak(n), "speak");
}

function earOf(source: Source, signal: AbortSignal): Ear {
  const deliveries = source.receive(signal)[Symbol.asyncIterator]();
  let asked: Promise<SourceDelivery> | undefined;
  const ask = () => {
    asked ??= deliveries.next().then(({ done, value }) => {
      if (done === true) throw new Error("receive ended without an abort");
      return value;
    });
    asked.catch(() => undefined); // told by the next call, or the case is over
    return asked;
  };
  const handOver = (delivery: SourceDelivery | undefined) => {
    if (delivery !== undefined) asked = undefined;
    return delivery;
  };
  void ask(); // what listens only when it is asked is asked before anybody speaks
  return {
    source,
    next: async () => {
      const delivery = await within(ask(), "receive");
      asked = undefined;
      return delivery;
    },
    soon: async (ms) => handOver(await Promise.race([ask(), systemClock.sleep(ms).then(() => undefined)])),
  };
}
