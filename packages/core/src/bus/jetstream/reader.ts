import { AckPolicy, DeliverPolicy, type ConsumerConfig } from "@nats-io/jetstream";
import { nanos, nuid } from "@nats-io/nats-core";
import type { ReadFrom } from "../port.ts";
import type { Link } from "./link.ts";

/** What to read of a stream. */
export interface ReaderOptions {
  /** On the server. */
  readonly stream: string;
  readonly subjects: readonly string[];
  readonly isHeadersOnly?: boolean;
}

/** A consumer of the server's memory that needs no acknowledgements, for one go through a stream. */
export interface Reader {
  readonly name: string;
  /** The first sequence it can deliver. */
  readonly firstSeq: number;
  /** Never rejects: the server drops it by itself after some minutes. */
  close(): Promise<void>;
}

const inactiveMs = 5 * 60 * 1000;

/** Makes one. Rejects with `not_found` where the stream is not there. */
export async function openReader(link: Link, options: ReaderOptions, from: ReadFrom): Promise<Reader> {
  const { stream, subjects } = options;
  const name = `read-${nuid.next()}`;
  const doing = `reading stream ${stream}`;
  const info = await link.call(doing, () =>
    link.jsm.consumers.add(stream, {
      name,
      ack_policy: AckPolicy.None,
      mem_storage: true,
      num_replicas: 1,
      inactive_threshold: nanos(inactiveMs),
      filter_subjects: [...subjects],
      headers_only: options.isHeadersOnly === true,
      ...startOf(from),
    }),
  );
  return {
    name,
    firstSeq: info.delivered.stream_seq + 1,
    close: async () => {
      const remove = async () => void (await link.jsm.consumers.delete(stream, name));
      // One that stays behind is dropped by the server when nobody used it for a while.
      await link.call(doing, remove).catch(() => undefined);
    },
  };
}

function startOf(from: ReadFrom): Partial<ConsumerConfig> {
  if (from === "all") return { deliver_policy: DeliverPolicy.All };
  if (from === "new") return { deliver_policy: DeliverPolicy.New };
  if ("seq" in from)
    return { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: Math.max(1, from.seq) };
  return { deliver_policy: DeliverPolicy.StartTime, opt_start_time: new Date(from.time).toISOString() };
}
