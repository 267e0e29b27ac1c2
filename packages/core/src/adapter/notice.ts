import type { FleetEvent } from "../event/event.ts";
import type { Priority } from "../message/message.ts";
import type { Choice } from "./source.ts";

/** What can be done with a text that is too long for a channel. */
export type Overflow = "truncate" | "split" | "attach";

/** What a channel for people takes. The host renders, escapes and cuts by it; a sink only checks. */
export interface TextTraits {
  /** Longest title; 0: the channel has none, and the title is the text's first line. */
  readonly maxTitle: number;
  readonly maxText: number;
  /** What both are counted in: UTF-16 units, or bytes of UTF-8. */
  readonly unit: "characters" | "bytes";
  /** Bytes of all files beside one notice that the far side is known to take; absent: none but texts that were too long. */
  readonly maxFileBytes?: number;
  /** What it can do with more, the first where the config says nothing. */
  readonly overflow: readonly [Overflow, ...Overflow[]];
  /** Makes a value harmless in the channel's own markup: no formatting, no mention, no link that was not meant. */
  escape(value: string): string;
}

/** A file beside a notice. */
export interface Attachment {
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/** A way to answer a notice. Its tokens work once, for this one notice, until `expiresAt`; whoever holds one may answer. */
export interface ReplyOffer {
  /** To be sent with a free text, at most 32 characters of a-z, 0-9 and -. */
  readonly token: string;
  /** Answers to pick from. */
  readonly choices: readonly Choice[];
  /** RFC 3339. */
  readonly expiresAt: string;
}

/** What a person is to read: rendered by the host within the adapter's own limits. */
export interface Notice {
  /** The same on every try: the idempotency key where the far side knows one. The event's id, or made from those of a digest. */
  readonly id: string;
  /** One line of sanitised plain text. */
  readonly title: string;
  /** In the channel's own markup, its variables escaped. */
  readonly text: string;
  readonly priority: Priority;
  /** The state that it tells of, as `lab/web permission`: a later one of the same key replaces it, or joins its thread. */
  readonly key: string;
  /** That state is over. */
  readonly isResolved: boolean;
  readonly attachments: readonly Attachment[];
  /** Name of a sound, where the user asked for one. */
  readonly sound?: string;
  /** Where more is to be seen. */
  readonly link?: string;
  /** How it can be answered from out there; for the last part of a text that was split. */
  readonly reply?: ReplyOffer;
  /** Of a text that was split. */
  readonly part?: { readonly number: number; readonly of: number };
}

/** A notice that says no more than the event itself does: for adapters that are called without a host, as in tests. */
export function bareNotice(event: FleetEvent, change: Partial<Notice> = {}): Notice {
  const where = `${event.from.machine}/${event.from.session}`;
  return {
    id: event.id,
    title: `${event.kind} ${where}`,
    text: `${event.kind} of ${where}, event ${event.id}`,
    priority: "normal",
    key: `${where} ${event.kind}`,
    isResolved: false,
    attachments: [],
    ...change,
  };
}
