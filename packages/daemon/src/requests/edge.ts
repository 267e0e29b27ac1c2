import type { Clock, FleetEvent, IdSource, Message, Receipt, SessionRecord, Subjects } from "@fleetbus/core";
import type { WakeView } from "@fleetbus/core/api";
import type { Bus, Incoming, Outgoing } from "@fleetbus/core/bus";
import type { Journal } from "../disk/journal.ts";
import type { Outbox } from "../disk/outbox.ts";
import type { Departures } from "../departures/departures.ts";
import type { DriftWatch } from "../drift/watch.ts";
import type { AdapterHost } from "../host/host.ts";
import type { Mailboxes } from "../inbox/mailboxes.ts";
import type { ReceiptWriter } from "../inbox/receipts.ts";
import type { Lease, OfferVia } from "../inbox/lease.ts";
import type { Mailbox } from "../inbox/mailbox.ts";
import type { Evidence } from "../inbox/proof.ts";
import type { Choice, Conversation } from "../ingest/conversation.ts";
import type { PayloadGaps } from "../ingest/payload-gaps.ts";
import type { Settings } from "../life/settings.ts";
import type { Pauses } from "../life/pauses.ts";
import type { Outcomes } from "../supervision/outcomes.ts";
import type { NameHistory } from "../session/names.ts";
import type { ProcessTable } from "../session/process.ts";
import type { Registry } from "../session/registry.ts";
import type { Roster } from "../session/roster.ts";
import type { SessionStore } from "../session/store.ts";
import type { PairGuard } from "./pair-guard.ts";
import type { WakePlanner } from "../wake/climb/planner.ts";

/** The parts of one daemon, as what people ask of it works with them. */
export interface Edge {
  readonly machine: string;
  readonly ns: string;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly bus: Bus;
  readonly subjects: Subjects;
  readonly codec: Codec;
  readonly outbox: Outbox;
  readonly journal: Journal;
  readonly registry: Registry;
  readonly store: SessionStore;
  readonly roster: Roster;
  readonly names: NameHistory;
  readonly mailboxes: Mailboxes;
  readonly receipts: ReceiptWriter;
  readonly planner: WakePlanner;
  readonly conversation: Conversation;
  readonly gaps: PayloadGaps;
  readonly drift: DriftWatch;
  readonly outcomes: Outcomes;
  readonly departures: Departures;
  readonly host: AdapterHost;
  readonly pauses: Pauses;
  readonly processes: ProcessTable;
  readonly evidence: Evidence;
  /** Frames leases for the model, as many as fit. */
  frame(mailbox: Mailbox, what: Framing): Choice;
  /** How a session of this machine could be woken now. */
  outlook(record: SessionRecord): WakeView;
  onError(error: unknown, doing: string): void;
  /** Messages that one sender may say to one mailbox. */
  readonly perPair: PairGuard;
  /** Those in force. */
  settings(): Settings;
}

/** What to frame, and for where. */
export interface Framing {
  readonly leases: readonly Lease[];
  readonly via: OfferVia;
  readonly promptId: string | undefined;
  readonly maxBytes: number;
  /** Whether the session's human asked to be shown what came in. */
  readonly showHuman: boolean;
}

/** Wire format of one namespace (core: event, message). Reading throws `malformed`. */
export interface Codec {
  encodeEvent(event: FleetEvent): Outgoing;
  decodeEvent(incoming: Incoming): FleetEvent;
  encodeMessage(message: Message): Outgoing;
  decodeMessage(incoming: Incoming): Message;
  encodeReceipt(receipt: Receipt): Outgoing;
  decodeReceipt(incoming: Incoming): Receipt;
}

/** A session's or `me`'s mailbox here. */
export function ownerOf(edge: Pick<Edge, "machine">, session: Pick<SessionRecord, "name"> | string) {
  return { machine: edge.machine, session: typeof session === "string" ? session : session.name };
}
