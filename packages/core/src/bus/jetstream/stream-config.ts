import { DiscardPolicy, RetentionPolicy, StorageType, type StreamConfig } from "@nats-io/jetstream";
import { nanos } from "@nats-io/nats-core";
import {
  bucketId,
  layoutVersion,
  objectStoreId,
  streamId,
  type BucketShape,
  type ObjectStoreShape,
  type StreamShape,
} from "../layout.ts";

/** The part of a stream's configuration that fleet decides; replicas and placement stay the operator's. */
export type ManagedConfig = Pick<
  StreamConfig,
  | "name"
  | "subjects"
  | "retention"
  | "storage"
  | "max_age"
  | "max_bytes"
  | "max_msgs_per_subject"
  | "discard"
  | "discard_new_per_subject"
  | "duplicate_window"
  | "allow_rollup_hdrs"
  | "allow_msg_ttl"
  | "allow_msg_schedules"
  | "allow_direct"
  | "deny_delete"
  | "deny_purge"
> & { readonly subject_delete_marker_ttl: number; readonly metadata: Readonly<Record<string, string>> };

const hour = 60 * 60 * 1000;
/** Metadata keys that make a stream recognisable as fleet's. */
export const versionKey = "fleet-layout";
/** The stream's metadata key of its namespace. */
export const nsKey = "fleet-ns";

const plain = {
  retention: RetentionPolicy.Limits,
  storage: StorageType.File,
  subject_delete_marker_ttl: 0,
} as const;

/** A stream of the layout. Rollups are on only where schedules force them (NATS.md, decision 7). */
export function streamConfig(ns: string, shape: StreamShape): ManagedConfig {
  const isGuarded = shape.maxPerSubject !== undefined;
  return {
    ...plain,
    name: streamId(ns, shape.name),
    subjects: [...shape.subjects],
    max_age: nanos(shape.maxAgeMs),
    max_bytes: shape.maxBytes,
    max_msgs_per_subject: shape.maxPerSubject ?? -1,
    discard: isGuarded ? DiscardPolicy.New : DiscardPolicy.Old,
    discard_new_per_subject: isGuarded,
    duplicate_window: nanos(hour),
    allow_rollup_hdrs: shape.allowSchedules === true,
    allow_msg_ttl: shape.allowTtl === true,
    allow_msg_schedules: shape.allowSchedules === true,
    allow_direct: false,
    deny_delete: shape.isAppendOnly === true,
    deny_purge: shape.isAppendOnly === true,
    metadata: metadataOf(ns),
  };
}

/** A bucket as NATS clients make it; sessions never see one (DESIGN §9), so its rollups give nobody power. */
export function bucketConfig(ns: string, shape: BucketShape): ManagedConfig {
  const hasTtl = shape.hasKeyTtl === true;
  const id = bucketId(ns, shape.name);
  return {
    ...plain,
    name: `KV_${id}`,
    subjects: [`$KV.${id}.>`],
    max_age: nanos(shape.maxAgeMs ?? 0),
    max_bytes: shape.maxBytes,
    max_msgs_per_subject: 1,
    discard: DiscardPolicy.New,
    discard_new_per_subject: false,
    duplicate_window: nanos(2 * 60 * 1000),
    allow_rollup_hdrs: true,
    allow_msg_ttl: hasTtl,
    allow_msg_schedules: false,
    allow_direct: true,
    deny_delete: true,
    deny_purge: false,
    subject_delete_marker_ttl: hasTtl ? nanos(hour) : 0,
    metadata: metadataOf(ns),
  };
}

/** An object store as NATS clients make it; like the buckets it is out of the sessions' reach. */
export function objectStoreConfig(ns: string, shape: ObjectStoreShape): ManagedConfig {
  const id = objectStoreId(ns, shape.name);
  return {
    ...plain,
    name: `OBJ_${id}`,
    subjects: [`$O.${id}.C.>`, `$O.${id}.M.>`],
    max_age: nanos(shape.maxAgeMs),
    max_bytes: shape.maxBytes,
    max_msgs_per_subject: -1,
    discard: DiscardPolicy.New,
    discard_new_per_subject: false,
    duplicate_window: nanos(2 * 60 * 1000),
    allow_rollup_hdrs: true,
    allow_msg_ttl: false,
    allow_msg_schedules: false,
    allow_direct: true,
    deny_delete: false,
    deny_purge: false,
    metadata: metadataOf(ns),
  };
}

function metadataOf(ns: string): Readonly<Record<string, string>> {
  return { [versionKey]: String(layoutVersion), [nsKey]: ns };
}
