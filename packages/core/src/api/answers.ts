import type { SendReceipt } from "../adapter/contract.ts";
import type { FleetEvent } from "../event/event.ts";
import type { Notice } from "../adapter/notice.ts";
import type { ConsumerStatus, StreamStatus } from "../bus/port.ts";
import type { Priority } from "../message/message.ts";
import type { SessionRecord } from "../session/record.ts";

/** A list as every `--json` prints it. */
export interface Items<T> {
  readonly items: readonly T[];
}

/** A session as `fleet session list --json` prints it. */
export interface SessionView extends SessionRecord {
  /** Messages waiting (also for room in the inbox), offered or shown and not yet done. */
  readonly inbox: number;
  /** Set for a session that runs without hooks: what to do. */
  readonly advice?: string;
  readonly isPaused: boolean;
}

/** `GET /v1/consumers` */
export interface ConsumerView extends ConsumerStatus {
  readonly role: "inbox" | "adapter" | "other";
  /** No machine has its adapter any more: it goes a day after the last pull. */
  readonly isOrphan?: boolean;
}

/** `GET /v1/streams` */
export type StreamView = StreamStatus;

/** One dead letter. */
export interface DeadView {
  readonly seq: number;
  readonly consumer: string;
  readonly time: string;
  readonly reason: string;
  readonly subject: string;
  readonly priority?: Priority;
  readonly preview: string;
}

/** What comes back by an adapter. */
export interface InboundView {
  /** This machine hears what is said there now. */
  readonly isListening: boolean;
  /** The machine that listens instead, where the far side knows one listener. */
  readonly elsewhere?: string;
  /** Since this daemon started it, as the two after it: stored, held, or dropped as was asked. */
  readonly taken: number;
  readonly refused: number;
  readonly lastRefusal?: string;
  /** Why it cannot listen. */
  readonly lastError?: string;
}

/** `GET /v1/adapters` */
export interface AdapterView {
  readonly name: string;
  readonly type: string;
  readonly state: "connected" | "connecting" | "failing" | "paused";
  readonly on: readonly string[];
  /** Whether one of the machines that have it sends, or each of them. */
  readonly runs: "one" | "each";
  /** Since this daemon started it, as the three after it. */
  readonly sent: number;
  readonly failed: number;
  /** Refused by its route, or told a short while ago. */
  readonly skipped: number;
  readonly lastError?: string;
  /** Held back at the server: quiet hours, daily cap, next tries. */
  readonly held: number;
  /** RFC 3339: when the first of them is due. */
  readonly heldUntil?: string;
  /** In hand: waiting for its rate, its breaker or its digest. */
  readonly waiting: number;
  readonly breaker: "closed" | "open" | "half-open";
  /** RFC 3339: when an open breaker tries again. */
  readonly breakerUntil?: string;
  readonly paused?: { readonly reason: string; readonly since: string };
  /** Of one that listens. */
  readonly inbound?: InboundView;
  /** A signed request set how many sends a day it has; only of one that is shown alone. */
  readonly quota?: { readonly daily: number; readonly by: string; readonly since: string };
  /** Only of one that is shown alone: not acknowledged yet, or not delivered. */
  readonly pending?: number;
  /** Only of one that is shown alone and runs once: the machines that have it. It takes what any of their entries takes. */
  readonly machines?: readonly AdapterMachineView[];
  /** Only of one that is shown alone: its newest deliveries, newest first. */
  readonly last?: readonly DeliveryView[];
}

/** A machine that has an adapter. */
export interface AdapterMachineView {
  readonly machine: string;
  /** Whether its entry takes what this machine's takes. */
  readonly isSame: boolean;
  readonly on: readonly string[];
}

/** What became of one event at one adapter. */
export interface DeliveryView {
  readonly event: string;
  readonly kind: string;
  /** `<machine>/<session>` that it is about. */
  readonly session: string;
  readonly state: "claimed" | "waiting" | "done" | "dead";
  /** RFC 3339. */
  readonly at: string;
  readonly tries: number;
  /** The far side's own id. */
  readonly providerId?: string;
  /** What `done` proves there: that it was accepted, or shown, or nothing. */
  readonly proves?: string;
  /** Why the adapter chose not to act. */
  readonly skipped?: string;
  /** The last failure in the far side's words. */
  readonly error?: string;
  /** RFC 3339: the next try. */
  readonly until?: string;
  /** How many parts of a text that was split it has. */
  readonly parts?: number;
}

/** What one adapter would do with an event (`fleet route explain`). */
export interface RouteView {
  readonly adapter: string;
  readonly type: string;
  readonly isMatch: boolean;
  /** Other machines that share it and whose entries take the event, where this machine's does not. */
  readonly takers?: readonly string[];
  readonly priority: Priority;
  /** What each rule of its entry says. */
  readonly checks: readonly { readonly rule: string; readonly isOk: boolean; readonly text: string }[];
  /** RFC 3339: until when quiet hours would hold it now. */
  readonly heldUntil?: string;
  /** Whether it is listened to only to tell that a state is over. */
  readonly isForResolving: boolean;
  /** Why nothing is sent at all now. */
  readonly paused?: string;
}

/** A notice with its attachments named and not held. */
export interface NoticeView extends Omit<Notice, "attachments"> {
  readonly attachments: readonly {
    readonly name: string;
    readonly mediaType: string;
    readonly bytes: number;
  }[];
}

/** `POST /v1/routes/explain` */
export interface ExplainAnswer {
  readonly event: FleetEvent;
  readonly items: readonly RouteView[];
}

/** What an adapter was, or with a dry run would have been, sent. */
export interface AdapterSendView {
  readonly notices: readonly NoticeView[];
  /** Absent in a dry run. */
  readonly receipt?: SendReceipt;
}

/** A field that a hook's payload lacked though fleet reads it, under the CLI's own names; counted since the daemon's start. */
export interface PayloadGap {
  readonly cli: string;
  readonly event: string;
  readonly field: string;
  readonly count: number;
}

/** `GET /v1/status`: the daemon's own account of itself. */
export interface StatusAnswer {
  readonly version: string;
  readonly machine: string;
  readonly ns: string;
  readonly pid: number;
  readonly startedAt: string;
  readonly port: number;
  readonly server: {
    readonly url: string;
    readonly isConnected: boolean;
    /** False: the connection stands, and a question got no answer within a second. */
    readonly isAnswering?: boolean;
    readonly isManaged: boolean;
    /** The managed server's monitoring endpoint, on loopback. */
    readonly monitorUrl?: string;
    readonly version?: string;
    readonly pid?: number;
  };
  readonly spool: { readonly pending: number; readonly bytes: number; readonly torn: number };
  readonly sessions: number;
  readonly dead: number;
  readonly isPaused: boolean;
  /** Where the daemon writes its log; older parts lie beside it. */
  readonly logFile?: string;
  /** Why the config file as it is now is not in force: the one before is. */
  readonly configProblem?: string;
  /** The adapters of this machine, and how many of them fail or could not be started: `GET /v1/adapters` says why. */
  readonly adapters?: { readonly count: number; readonly failing: number };
  /** Absent where no payload lacked anything. */
  readonly payloadGaps?: readonly PayloadGap[];
  /** What waits for the human of this machine: messages and permission requests, and how many of them all of `me.via` were told of in vain. */
  readonly me?: { readonly waiting: number; readonly unanswered: number };
}
