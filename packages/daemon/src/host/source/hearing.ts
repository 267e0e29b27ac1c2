import { randomUUID } from "node:crypto";
import {
  repliesSchema,
  type Adapter,
  type AdapterContext,
  type Said,
  type SourceTraits,
} from "@fleetbus/core";
import type { InboundView } from "@fleetbus/core/api";
import { inboundOf, type Inbound, type InboundDeps } from "../../replies/inbound.ts";
import type { HostDeps, HostEntry } from "../host.ts";
import { answerable } from "./answerable.ts";
import { leaseOn } from "./lease.ts";
import { listenerOf, type Listener } from "./listener.ts";

/** What replies need of the daemon. */
export type ReplyHost = Pick<InboundDeps, "post" | "audit">;

/** An adapter with what comes back by it. */
export interface Hearing {
  /** Its notices can be answered, where anything comes back. */
  readonly adapter: Adapter;
  /** It sends nothing. */
  readonly isSourceOnly: boolean;
  /** Absent where nothing comes back. */
  readonly ear?: Ear;
}

/** The listening half of one instance. */
export interface Ear extends Pick<Listener, "start" | "stop" | "look"> {
  view(): InboundView;
}

/** What a hearing is made from, beside the host's own. */
export interface HearingDeps {
  readonly context: AdapterContext;
  isPaused(): Promise<boolean>;
  announce(kind: string, data: Readonly<Record<string, unknown>>): void;
  setQuota(said: Extract<Said, { type: "quota" }>, by: string): Promise<string>;
}

/**
 * Listens where the config has `replies`, or where the adapter does nothing else; with `replies.by` its notices bear tokens
 * of the adapter that its answers come in by, and it does not listen itself. Nothing runs yet.
 */
export function hearingOf(host: HostDeps, wanted: HostEntry, deps: HearingDeps): Hearing {
  const { adapter } = wanted;
  const isSourceOnly = adapter.spec.source !== undefined && hasNoSink(wanted, deps.context);
  const rules = wanted.entry.replies ?? (isSourceOnly ? repliesSchema.parse({}) : undefined);
  const { source: own } = adapter.spec;
  // of one that only sends only the offers count: who answers is known to the adapter that the answers come in by
  const traits = rules?.by === undefined ? own : offering;
  if (rules === undefined || traits === undefined || host.replies === undefined)
    return { adapter, isSourceOnly };
  const name = rules.by ?? wanted.entry.name;
  const inbound = inboundOf({
    ...{ name, machine: host.machine, traits, rules, clock: host.clock, log: deps.context.log },
    ...host.replies,
    ...(rules.by === undefined ? {} : { sender: wanted.entry.name }),
    bucket: () => host.bus.bucket("effects"),
    announce: (kind, data) => deps.announce(kind, data),
    setQuota: (said, by) => deps.setQuota(said, by),
  });
  return {
    adapter: answerable(adapter, inbound),
    isSourceOnly,
    ...(rules.by === undefined ? { ear: earOf(host, wanted, { ...deps, inbound }) } : {}),
  };
}

const offering: SourceTraits = { vouches: "token", isExclusive: false };

function earOf(
  { machine, clock, bus, stopWithinMs = 5000 }: HostDeps,
  { adapter, config, entry }: HostEntry,
  { context, inbound, isPaused }: HearingDeps & { readonly inbound: Inbound },
): Ear {
  const { name } = entry;
  const bucket = () => bus.bucket("locks");
  const isExclusive = adapter.spec.source?.isExclusive === true;
  const listener = listenerOf({
    ...{ adapter, config, context, stopWithinMs },
    lease: isExclusive ? leaseOn({ name, machine, clock, bucket, run: randomUUID() }) : undefined,
    take: (delivery) => inbound.take(delivery),
    isPaused: () => isPaused(),
  });
  return { ...listener, view: () => ({ ...listener.view(), ...inbound.tally() }) };
}

function hasNoSink({ adapter, config }: HostEntry, context: AdapterContext): boolean {
  try {
    return adapter.open(config, context).sink === undefined;
  } catch {
    return false; // told when it is opened to work
  }
}
