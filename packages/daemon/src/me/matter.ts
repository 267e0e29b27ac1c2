import { createHash } from "node:crypto";
import { formatAddress, type FleetEvent, type Message, type SessionRecord } from "@fleetbus/core";
import { leaseKey } from "../inbox/lease.ts";

/** A message to `me`, a request that a session waits with, a session that nothing can wake. */
export type About = "message" | "permission" | "sleeper";

/** What is known of a session that sleeps on. */
interface Sleep {
  readonly generation: number;
  /** Milliseconds since 1970. */
  readonly sinceMs: number;
  readonly reason: string;
  readonly messages: readonly Message[];
}

const sleeperKind = "message.unread";
const ranked = ["low", "normal", "high", "urgent"] as const;

/** Something that waits for the human. */
export interface Matter {
  /** What the adapters are told. */
  readonly event: FleetEvent;
  readonly about: About;
  /** Since when, in milliseconds since 1970. */
  readonly sinceMs: number;
  /** Where a permission waits. */
  readonly pane?: SessionRecord["pane"];
  /** The message itself, for its sender's receipts. */
  readonly message?: Message;
}

/** A message to `me`. Its id is of sender, target and id: two senders may say the same id. */
export function messageMatter(message: Message): Matter {
  const { id, from, to, type, kind, priority, subject, body, thread, origin, time } = message;
  const data = {
    ...{ id, from: formatAddress(from), kind, type, priority, origin, thread, body },
    ...(subject === undefined ? {} : { subject }),
  };
  const event = {
    id: `me-${digest(leaseKey(message))}`,
    kind: "message.received",
    from: to,
    time,
    origin,
    data,
  };
  return { event, about: "message", sinceMs: Date.parse(time), message };
}

/** The request that a session waits with. */
export function permissionMatter(record: SessionRecord, event: FleetEvent): Matter {
  const pane = record.pane === undefined ? {} : { pane: record.pane };
  return { event, about: "permission", sinceMs: Date.parse(record.stateSince), ...pane };
}

/** What is known of a request whose event is not in EVENTS any more. */
export function requestOf(record: SessionRecord): FleetEvent {
  const { machine, name, cli, cwd, tool, stateSince } = record;
  return {
    id: `me-${digest(`${machine}/${name} ${stateSince}`)}`,
    ...{ kind: "permission.requested", from: { machine, session: name }, time: stateSince, origin: "system" },
    data: { cli, ...(cwd === undefined ? {} : { cwd }), ...(tool === undefined ? {} : { tool }) },
  };
}

/** A session that sleeps on, once for each of its idle periods. It is as urgent as the most urgent of its messages. */
export function sleeperMatter(
  record: SessionRecord,
  { generation, sinceMs, reason, messages }: Sleep,
): Matter {
  const { machine, name, cli, cwd, pane } = record;
  const place = `${machine}/${name}`;
  const event: FleetEvent = {
    id: `me-${digest(`${place} sleeps ${record.startedAt} ${generation}`)}`,
    ...{ kind: sleeperKind, from: { machine, session: name }, origin: "system" },
    time: new Date(sinceMs).toISOString(),
    data: {
      ...{ cli, ...(cwd === undefined ? {} : { cwd }), idleGeneration: generation, reason },
      from: [...new Set(messages.map((message) => formatAddress(message.from)))].join(", "),
      count: messages.length,
      priority: ranked.findLast((rank) => messages.some(({ priority }) => priority === rank)) ?? "normal",
    },
  };
  return { event, about: "sleeper", sinceMs, ...(pane === undefined ? {} : { pane }) };
}

/** What is kept of an event to tell of its end later: nothing that a person or a model wrote. */
export function withoutBodies(event: FleetEvent): FleetEvent {
  const { body: _body, detail: _detail, prompt: _prompt, lastText: _lastText, ...data } = event.data;
  return { ...event, data };
}

const overKinds: Readonly<Record<string, string>> = {
  "message.received": "message.read",
  "permission.requested": "permission.resolved",
};

/** Tells that a matter is over: the same state, under an id of its own. */
export function overEvent(event: FleetEvent, nowMs: number): FleetEvent {
  const isMessage = event.kind === "message.received";
  const subject = event.data["subject"];
  const read = typeof subject === "string" ? `read: ${subject}` : "read";
  const { data } = withoutBodies(event);
  return {
    ...event,
    id: `${event.id}-over`,
    kind: overKinds[event.kind] ?? event.kind,
    time: new Date(nowMs).toISOString(),
    data: isMessage ? { ...data, subject: read } : data,
  };
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 26);
}
