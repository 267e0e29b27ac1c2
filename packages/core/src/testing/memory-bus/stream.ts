import type { Incoming, Outgoing, Stored, StreamStatus } from "../../bus/port.ts";
import type { StreamShape } from "../../bus/layout.ts";
import type { Clock } from "../../clock.ts";
import { FleetError } from "../../errors/fleet-error.ts";
import { requireHeader } from "../../bus/header-rules.ts";
import { matchesAny } from "../../bus/matches.ts";

/** What the server keeps a dedupeId for (DESIGN §3). */
const duplicateWindowMs = 60 * 60 * 1000;
/** The server's `max_payload`. */
const maxPayload = 1024 * 1024;

/** One stream in memory. Every call first forgets what has expired by the clock. */
export interface MemoryStream {
  readonly shape: StreamShape;
  append(message: Outgoing): Stored;
  get(seq: number): Incoming | undefined;
  erase(seq: number): boolean;
  /** The first message at or after `seq` that lies in the filters. */
  next(seq: number, subjects: readonly string[]): Incoming | undefined;
  count(seq: number, subjects: readonly string[]): number;
  firstAt(timeMs: number): number;
  lastSeq(): number;
  /** The newest in the filters, 0 for none. */
  lastOn(subjects: readonly string[]): number;
  status(consumers: number): StreamStatus;
}

interface Kept {
  readonly message: Incoming;
  readonly expiresAt: number;
  readonly bytes: number;
}

interface State {
  readonly kept: Map<number, Kept>;
  readonly ids: Map<string, { readonly seq: number; readonly until: number }>;
  lastSeq: number;
  bytes: number;
  /** Nothing expires before: spares looking at every message on every call. */
  quietUntil: number;
}

/** An empty stream of this shape. */
export function memoryStream(shape: StreamShape, clock: Clock): MemoryStream {
  const state: State = { kept: new Map(), ids: new Map(), lastSeq: 0, bytes: 0, quietUntil: Infinity };
  const live = <T>(work: () => T): T => {
    forget(state, clock.now());
    return work();
  };
  return {
    shape,
    append: (message) => live(() => append(state, shape, { message, now: clock.now() })),
    get: (seq) => live(() => state.kept.get(seq)?.message),
    erase: (seq) => live(() => erase(state, shape, seq)),
    next: (seq, subjects) => live(() => find(state, seq, subjects).next().value ?? undefined),
    count: (seq, subjects) => live(() => [...find(state, seq, subjects)].length),
    firstAt: (timeMs) => live(() => firstAt(state, timeMs)),
    lastSeq: () => state.lastSeq,
    lastOn: (subjects) => live(() => Math.max(0, ...[...find(state, 1, subjects)].map(({ seq }) => seq))),
    status: (consumers) => live(() => statusOf(state, shape, consumers)),
  };
}

function append(state: State, shape: StreamShape, input: { message: Outgoing; now: number }): Stored {
  const { message, now } = input;
  const known = state.ids.get(message.dedupeId);
  if (known !== undefined) return { stream: shape.name, seq: known.seq, isDuplicate: true };
  const headers = headersOf(message);
  const bytes = message.data.length + JSON.stringify(headers).length;
  guard(state, shape, { message, bytes });
  const seq = ++state.lastSeq;
  const stored = { subject: message.subject, seq, time: now, headers, data: message.data.slice() };
  const expiresAt = expiryOf(message, shape, now);
  state.kept.set(seq, { message: stored, expiresAt, bytes });
  state.bytes += bytes;
  state.ids.set(message.dedupeId, { seq, until: now + duplicateWindowMs });
  state.quietUntil = Math.min(state.quietUntil, expiresAt, now + duplicateWindowMs);
  dropOldest(state, shape);
  return { stream: shape.name, seq, isDuplicate: false };
}

function guard(state: State, shape: StreamShape, input: { message: Outgoing; bytes: number }): void {
  const { subject, ttlMs, data } = input.message;
  const place = `storing in ${shape.name} on ${subject}`;
  if (input.bytes > maxPayload) {
    throw new FleetError(
      "too_large",
      `${place}: ${data.length} bytes are more than the server takes (${maxPayload})`,
    );
  }
  if (ttlMs !== undefined && shape.allowTtl !== true) {
    throw new FleetError("usage", `${place}: the stream lets no message expire by itself`);
  }
  if (shape.maxPerSubject === undefined) return;
  const sameSubject = [...state.kept.values()].filter((kept) => kept.message.subject === subject).length;
  if (sameSubject >= shape.maxPerSubject) {
    throw new FleetError(
      "refused",
      `${place}: the flood guard of ${shape.maxPerSubject} messages a subject is reached`,
    );
  }
  if (state.bytes + input.bytes > shape.maxBytes)
    throw new FleetError("storage", `${place}: the stream is full`);
}

/** As the server keeps them: what the client library adds is there to be read too. */
function headersOf(message: Outgoing): Readonly<Record<string, string>> {
  for (const [name, value] of Object.entries(message.headers)) requireHeader(name, value);
  const given = Object.entries(message.headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  const ttl =
    message.ttlMs === undefined ? [] : [["nats-ttl", `${Math.ceil(message.ttlMs / 1000)}s`] as const];
  return Object.fromEntries([...given, ["nats-msg-id", message.dedupeId] as const, ...ttl]);
}

function expiryOf(message: Outgoing, shape: StreamShape, now: number): number {
  const byStream = shape.maxAgeMs > 0 ? now + shape.maxAgeMs : Infinity;
  return message.ttlMs === undefined
    ? byStream
    : Math.min(byStream, now + Math.ceil(message.ttlMs / 1000) * 1000);
}

function dropOldest(state: State, shape: StreamShape): void {
  for (const seq of state.kept.keys()) {
    if (state.bytes <= shape.maxBytes) return;
    drop(state, seq);
  }
}

function drop(state: State, seq: number): boolean {
  state.bytes -= state.kept.get(seq)?.bytes ?? 0;
  return state.kept.delete(seq);
}

function forget(state: State, now: number): void {
  if (now < state.quietUntil) return;
  state.quietUntil = Infinity;
  for (const [seq, kept] of state.kept) {
    if (kept.expiresAt <= now) drop(state, seq);
    else state.quietUntil = Math.min(state.quietUntil, kept.expiresAt);
  }
  for (const [id, known] of state.ids) {
    if (known.until <= now) state.ids.delete(id);
    else state.quietUntil = Math.min(state.quietUntil, known.until);
  }
}

function erase(state: State, shape: StreamShape, seq: number): boolean {
  if (shape.isAppendOnly === true) {
    throw new FleetError("refused", `erasing message ${seq} of ${shape.name}: the stream is append-only`);
  }
  return drop(state, seq);
}

function* find(state: State, seq: number, subjects: readonly string[]): Generator<Incoming, undefined> {
  for (let at = Math.max(seq, firstSeq(state)); at <= state.lastSeq; at += 1) {
    const message = state.kept.get(at)?.message;
    if (message !== undefined && matchesAny(subjects, message.subject)) yield message;
  }
  return undefined;
}

function firstSeq(state: State): number {
  return state.kept.keys().next().value ?? state.lastSeq + 1;
}

function firstAt(state: State, timeMs: number): number {
  for (const [seq, kept] of state.kept) if (kept.message.time >= timeMs) return seq;
  return state.lastSeq + 1;
}

function statusOf(state: State, shape: StreamShape, consumers: number): StreamStatus {
  const { name, subjects } = shape;
  const { bytes, lastSeq } = state;
  return { name, subjects, messages: state.kept.size, bytes, firstSeq: firstSeq(state), lastSeq, consumers };
}
