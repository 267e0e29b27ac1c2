import type { Clock } from "../clock.ts";
import { FleetError, messageOf } from "../errors/fleet-error.ts";
import type { ErrorCode } from "../errors/table.ts";
import type { Origin } from "../event/origin.ts";
import { formatAddress, type Address } from "../names/address.ts";
import type { IdSource } from "../names/id.ts";
import { bytesOf } from "./bytes.ts";
import { maxBodyBytes } from "./limits.ts";
import { idSchema, type Message, type MessageKind, type Mode, type Priority } from "./message.ts";
import { priorityOf, wakes } from "./order.ts";
import type { Stage } from "./receipt.ts";
import { sanitise, sanitiseLine } from "./sanitise.ts";

/** What a command line or a call of the API says of a message. The daemon has settled `from` and `origin` (DESIGN §5 Sender). */
export interface MessageInput {
  readonly from: Address;
  readonly to: Address;
  readonly origin: Origin;
  /** Text, or the bytes of a file or of stdin. */
  readonly body: string | Uint8Array;
  readonly group?: string | undefined;
  readonly subject?: string | undefined;
  readonly kind?: MessageKind | undefined;
  readonly type?: string | undefined;
  readonly priority?: Priority | undefined;
  readonly mode?: Mode | undefined;
  readonly ttlMs?: number | undefined;
  readonly id?: string | undefined;
  readonly thread?: string | undefined;
  readonly replyTo?: string | undefined;
  readonly hop?: number | undefined;
  /** The stage that the caller will wait for. */
  readonly wait?: Stage | undefined;
}

/** The longest time to live: an inbox keeps nothing longer (DESIGN §3, INBOX). */
export const maxTtlMs = 14 * 24 * 60 * 60 * 1000;

/**
 * A message out of what was said: sanitised, with its id, thread, priority and deadline. Throws `usage` for what cannot
 * work (an empty body, an impossible wait), `malformed` for a body that is no text, `too_large` over `maxBodyBytes`.
 */
export function newMessage(
  input: MessageInput,
  deps: { readonly ids: IdSource; readonly clock: Clock },
): Message {
  const { kind = "request", mode = "turn", hop = 0 } = input;
  const type = typeOf(input);
  const priority = priorityOf(type, input.priority);
  requirePossible({ ...input, kind, priority, mode });
  const body = bodyOf(input);
  const id = input.id === undefined ? deps.ids() : requireId(input.id, "--id", input);
  const { from, to, origin, replyTo } = input;
  const now = deps.clock.now();
  return {
    id,
    from,
    to,
    kind,
    type,
    priority,
    mode,
    body,
    origin,
    hop,
    time: new Date(now).toISOString(),
    thread: input.thread === undefined ? (replyTo ?? id) : requireId(input.thread, "--thread", input),
    ...(input.group === undefined ? {} : { group: input.group }),
    ...subjectOf(input),
    ...(input.ttlMs === undefined
      ? {}
      : { expiresAt: new Date(now + requireTtl(input.ttlMs, input)).toISOString() }),
    ...(replyTo === undefined ? {} : { replyTo: requireId(replyTo, "the id to answer", input) }),
  };
}

function bodyOf(input: MessageInput): string {
  const { body } = input;
  const bytes = typeof body === "string" ? bytesOf(body) : body.length;
  if (bytes > maxBodyBytes) throw tooLarge(bytes, input);
  const text = sanitise(requireText(body, input));
  if (text.trim() === "") throw refuse("usage", "the body is empty", input);
  if (bytesOf(text) > maxBodyBytes) throw tooLarge(bytesOf(text), input);
  return text;
}

function requireText(body: string | Uint8Array, input: MessageInput): string {
  const isBinary = typeof body === "string" ? body.includes("\0") : body.includes(0);
  if (isBinary)
    throw refuse("malformed", "the body is binary (it holds NUL): send its path, or a text", input);
  if (typeof body === "string") return body;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch (error) {
    throw refuse("malformed", `the body is not UTF-8 (${messageOf(error)}): send its path, or a text`, input);
  }
}

function tooLarge(bytes: number, input: MessageInput): FleetError {
  const size = `the body has ${bytes} bytes, ${maxBodyBytes} is the most`;
  return refuse(
    "too_large",
    `${size}, also with --body-file: put it where the other can read it and send its path`,
    input,
  );
}

function subjectOf(input: MessageInput): { subject?: string } {
  const subject = sanitiseLine(input.subject ?? "");
  if (subject.length > 200)
    throw refuse("usage", `the subject has ${subject.length} characters, 200 is the most`, input);
  return subject === "" ? {} : { subject };
}

const typePattern = /^[a-z0-9][a-z0-9_.-]{0,62}$/;

function typeOf(input: MessageInput): string {
  const { type = "message" } = input;
  if (typePattern.test(type)) return type;
  throw refuse("usage", `--type "${sanitiseLine(type)}" is no label of a-z, 0-9, _, . and -`, input);
}

function requireId(id: string, what: string, input: MessageInput): string {
  const parsed = idSchema.safeParse(id);
  if (parsed.success) return parsed.data;
  throw refuse("usage", `${what} "${sanitiseLine(id)}": ${parsed.error.issues[0]?.message ?? ""}`, input);
}

function requireTtl(ttlMs: number, input: MessageInput): number {
  if (Number.isFinite(ttlMs) && ttlMs > 0 && ttlMs <= maxTtlMs) return ttlMs;
  throw refuse(
    "usage",
    `--ttl must be more than nothing and at most 14d, which is what an inbox keeps`,
    input,
  );
}

/** Combinations that can never come true (DESIGN §10: a usage error, not a timeout). */
function requirePossible(input: MessageInput & Pick<Message, "kind" | "priority" | "mode">): void {
  const { kind, mode, wait, origin } = input;
  const quiet = kind === "note" ? "--note" : "--priority low";
  if (wait === "woken" && !wakes(input)) {
    throw refuse("usage", `${quiet} never wakes, so --wait woken never ends`, input);
  }
  if (kind === "note" && mode === "stop")
    throw refuse("usage", "--note with --stop: a note stops nobody", input);
  if (kind === "system" && origin !== "system") {
    throw refuse("usage", "only fleet itself sends messages of kind system", input);
  }
}

function refuse(code: ErrorCode, cause: string, { to }: MessageInput): FleetError {
  return new FleetError(code, `sending to ${formatAddress(to)}: ${cause}`);
}
