import type { ConsumerInfo, StreamInfo } from "@nats-io/jetstream";
import { millis } from "@nats-io/nats-core";
import type { ConsumerStatus, StreamStatus } from "../port.ts";
import { streamId, streamNames, type StreamName } from "../layout.ts";
import { apiCodes, isApiError } from "./errors.ts";
import type { Link } from "./link.ts";
import { streamNameOf } from "./names.ts";

/** The numbers of all durable consumers of one stream, or of all of the namespace. A stream that is not there has none. */
export async function listConsumers(
  link: Link,
  ns: string,
  stream?: StreamName,
): Promise<readonly ConsumerStatus[]> {
  const names = stream === undefined ? streamNames : [stream];
  const lists = await Promise.all(names.map((name) => consumersOf(link, ns, name)));
  return lists.flat();
}

/** The numbers of the namespace's streams, in the layout's order. */
export async function listStreams(link: Link, ns: string): Promise<readonly StreamStatus[]> {
  const infos = await link.call("listing streams", () => all(link.jsm.streams.list()));
  const statuses = infos.flatMap((info) => statusOf(ns, info));
  return statuses.toSorted((a, b) => streamNames.indexOf(a.name) - streamNames.indexOf(b.name));
}

function consumersOf(link: Link, ns: string, stream: StreamName): Promise<readonly ConsumerStatus[]> {
  return link.call(`listing consumers of ${stream}`, async () => {
    try {
      const infos = await all(link.jsm.consumers.list(streamId(ns, stream)));
      return infos.filter((info) => info.config.durable_name).map((info) => consumerStatus(stream, info));
    } catch (error) {
      if (isApiError(error, apiCodes.streamNotFound)) return [];
      throw error;
    }
  });
}

function consumerStatus(stream: StreamName, info: ConsumerInfo): ConsumerStatus {
  const { filter_subject, filter_subjects, inactive_threshold = 0 } = info.config;
  return {
    stream,
    name: info.name,
    subjects: filter_subjects ?? (filter_subject ? [filter_subject] : []),
    pending: info.num_pending,
    ackPending: info.num_ack_pending,
    redelivered: info.num_redelivered,
    lastDelivered: info.delivered.stream_seq,
    ackFloor: info.ack_floor.stream_seq,
    isPaused: info.paused === true,
    ...(inactive_threshold > 0 ? { goneAfterMs: millis(inactive_threshold) } : {}),
  };
}

function statusOf(ns: string, { config, state }: StreamInfo): readonly StreamStatus[] {
  const name = streamNameOf(ns, config.name);
  if (name === undefined) return [];
  return [
    {
      name,
      subjects: config.subjects,
      messages: state.messages,
      bytes: state.bytes,
      firstSeq: state.first_seq,
      lastSeq: state.last_seq,
      consumers: state.consumer_count,
    },
  ];
}

async function all<T>(lister: AsyncIterable<T>): Promise<readonly T[]> {
  const items: T[] = [];
  for await (const item of lister) items.push(item);
  return items;
}
