import type { TokenUsage } from "../event/tokens.ts";
import type { Message } from "../message/message.ts";
import type { Receipt, Stage } from "../message/receipt.ts";
import type { Items } from "./answers.ts";

/** `POST /v1/messages`: one entry per mailbox it went to. 202 when only the spool has it (server down). */
export interface PublishAnswer {
  readonly id: string;
  readonly thread: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly stage: "stored" | "spooled" | "refused";
  readonly isDuplicate: boolean;
  readonly stream?: string;
  readonly seq?: number;
  readonly reason?: string;
}

/** One message of an inbox with where it stands. */
export interface InboxView extends Message {
  readonly stage: Stage;
  readonly offers: number;
}

/** `POST /v1/inbox`. `text` is for an agent that reads its own: the same fence that a hook would have given it. */
export interface InboxAnswer extends Items<InboxView> {
  readonly text?: string;
}

/** `GET /v1/arrivals`: something was stored; for a group where no session is named. */
export interface Arrival {
  readonly seq: number;
  readonly session?: string;
}

/** `GET /v1/messages/<id>/trace` */
export interface TraceAnswer {
  readonly message?: Message;
  /** What the turns have cost that fleet woke for it, one a wake; absent while none is over. */
  readonly wakes?: readonly WakeAccount[];
  readonly stages: readonly (Receipt & { readonly sinceStoredMs: number })[];
}

/** A turn that a wake brought, as its `turn.accounted` event tells it. */
export interface WakeAccount {
  /** `<machine>/<session>` */
  readonly session: string;
  readonly rung: string;
  readonly durationMs: number;
  readonly outcome?: string;
  /** Absent where the CLI does not tell them. */
  readonly tokens?: TokenUsage;
}
