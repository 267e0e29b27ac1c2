import type { StreamConfig, StreamInfo } from "@nats-io/jetstream";
import { FleetError } from "../../errors/fleet-error.ts";
import { bucketShapes, layoutVersion, objectStoreShapes, streamShapes } from "../layout.ts";
import { apiCodes, isApiError } from "./errors.ts";
import type { Link } from "./link.ts";
import {
  bucketConfig,
  nsKey,
  objectStoreConfig,
  streamConfig,
  versionKey,
  type ManagedConfig,
} from "./stream-config.ts";

/** One thing that `ensureLayout` did. */
export interface LayoutChange {
  /** The stream's name on the server. */
  readonly stream: string;
  readonly did: "created" | "updated";
  /** The fields that differed. */
  readonly fields: readonly string[];
}

type Field = Exclude<keyof ManagedConfig, "name" | "metadata">;

/** What lends a sender power over others' messages (NATS.md, decision 7): never switched off silently, always refused. */
const powers: readonly Field[] = ["allow_rollup_hdrs", "allow_msg_schedules", "subject_delete_marker_ttl"];

/**
 * Creates what is missing of the namespace's streams and buckets and updates what differs; a second run changes
 * nothing. All are looked at before any is touched. Rejects with `version` where a newer fleet laid it out, and with
 * `conflict` where a stream is a stranger's, or has powers switched on that the layout has off.
 */
export async function ensureLayout(link: Link, ns: string): Promise<readonly LayoutChange[]> {
  const wanted = [
    ...streamShapes(ns).map((shape) => streamConfig(ns, shape)),
    ...bucketShapes.map((shape) => bucketConfig(ns, shape)),
    ...objectStoreShapes.map((shape) => objectStoreConfig(ns, shape)),
  ];
  const found = await Promise.all(wanted.map((config) => infoOf(link, config.name)));
  for (const [index, config] of wanted.entries()) requireOurs(config, found[index]);
  const changes: LayoutChange[] = [];
  for (const [index, config] of wanted.entries()) {
    const change = await bring(link, config, found[index]);
    if (change !== undefined) changes.push(change);
  }
  return changes;
}

function infoOf(link: Link, stream: string): Promise<StreamInfo | undefined> {
  return link.call(`looking at stream ${stream}`, async () => {
    try {
      return await link.jsm.streams.info(stream);
    } catch (error) {
      if (isApiError(error, apiCodes.streamNotFound)) return undefined;
      throw error;
    }
  });
}

function requireOurs(wanted: ManagedConfig, info: StreamInfo | undefined): void {
  if (info === undefined) return;
  const { config } = info;
  const place = `laying out stream ${wanted.name}`;
  const version = config.metadata?.[versionKey];
  if (version === undefined && String(config.subjects) !== String(wanted.subjects)) {
    throw new FleetError(
      "conflict",
      `${place}: a stream of that name exists that fleet did not make; choose another namespace`,
    );
  }
  if (Number(version ?? 0) > layoutVersion) {
    throw new FleetError(
      "version",
      `${place}: layout ${version} is newer than this fleet's ${layoutVersion}; update fleet`,
    );
  }
  const on = powers.filter((power) => isOn(config[power]) && !isOn(wanted[power]));
  if (on.length === 0) return;
  const way = `look who switched it on, then \`nats stream rm ${wanted.name}\` or edit it back`;
  throw new FleetError(
    "conflict",
    `${place}: ${on.join(", ")} must be off, else senders can forge and purge; ${way}`,
  );
}

async function bring(
  link: Link,
  wanted: ManagedConfig,
  info: StreamInfo | undefined,
): Promise<LayoutChange | undefined> {
  if (info === undefined) return create(link, wanted);
  const fields = differing(wanted, info.config);
  if (fields.length === 0) return undefined;
  await link.call(`updating stream ${wanted.name}`, async () => {
    await link.jsm.streams.update(wanted.name, {
      ...info.config,
      ...wanted,
      subjects: [...wanted.subjects],
      metadata: mergedMetadata(wanted, info.config),
    });
  });
  return { stream: wanted.name, did: "updated", fields };
}

async function create(link: Link, wanted: ManagedConfig): Promise<LayoutChange> {
  await link.call(`creating stream ${wanted.name}`, async () => {
    await link.jsm.streams.add({ ...wanted, metadata: { ...wanted.metadata } });
  });
  return { stream: wanted.name, did: "created", fields: [] };
}

function differing(wanted: ManagedConfig, config: StreamConfig): readonly string[] {
  const fields: readonly Field[] = Object.keys(wanted).filter(isField);
  const differ = fields.filter((field) => normal(config[field]) !== normal(wanted[field]));
  const isMarked =
    config.metadata?.[versionKey] === wanted.metadata[versionKey] &&
    config.metadata?.[nsKey] === wanted.metadata[nsKey];
  return isMarked ? differ : [...differ, "metadata"];
}

function isField(key: string): key is Field {
  return key !== "name" && key !== "metadata";
}

/** The server leaves out what is off. */
function normal(value: unknown): string {
  return JSON.stringify(isOn(value) ? value : null);
}

function isOn(value: unknown): boolean {
  return value !== undefined && value !== false && value !== 0;
}

function mergedMetadata(wanted: ManagedConfig, config: StreamConfig): Record<string, string> {
  return { ...config.metadata, ...wanted.metadata };
}
