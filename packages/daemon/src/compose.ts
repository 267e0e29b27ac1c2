import {
  foldEvent,
  subjectsOf,
  wakeEvent,
  type AdapterLog,
  type Clock,
  type FleetEvent,
  type IdSource,
  type SessionRecord,
} from "@fleetbus/core";
import type { WakeStepView } from "@fleetbus/core/api";
import type { Bus } from "@fleetbus/core/bus";
import type { Journal } from "./disk/journal.ts";
import type { Outbox } from "./disk/outbox.ts";
import { departuresOn } from "./departures/departures.ts";
import { driftWatch, type DriftDeps } from "./drift/watch.ts";
import { announcer } from "./host/announce.ts";
import { adapterHost } from "./host/host.ts";
import { runLogs } from "./host/run-log/run-logs.ts";
import { chooseOffer, frameOffer, typedBody, wakeText, wakefulLeases } from "./inbox/choose.ts";
import { decodeOnce } from "./inbox/decode-once.ts";
import { mailboxes } from "./inbox/mailboxes.ts";
import { refusalBy } from "./inbox/policy.ts";
import type { Evidence } from "./inbox/proof.ts";
import { receiptWriter } from "./inbox/receipts.ts";
import { continuation } from "./ingest/continuation.ts";
import { conversation } from "./ingest/conversation.ts";
import { payloadGaps } from "./ingest/payload-gaps.ts";
import { noteEvent } from "./ingest/note.ts";
import { redact } from "./ingest/redact.ts";
import type { Pauses } from "./life/pauses.ts";
import { rulesFor } from "./life/session-rules.ts";
import type { Settings } from "./life/settings.ts";
import type { Metrics } from "./metrics.ts";
import { bury } from "./requests/dead.ts";
import { pairGuard } from "./requests/pair-guard.ts";
import { replyHost } from "./requests/replies.ts";
import { codecOf } from "./requests/codec.ts";
import type { Edge } from "./requests/edge.ts";
import { isMember } from "./session/membership.ts";
import { nameHistory } from "./session/names.ts";
import { systemProcesses } from "./session/process.ts";
import { registry, type Change } from "./session/registry.ts";
import { recordOf } from "./session/record-of.ts";
import { roster } from "./session/roster.ts";
import type { SessionStore } from "./session/store.ts";
import { outcomesOn } from "./supervision/outcomes-on.ts";
import { gatherMs } from "./wake/climb/batch.ts";
import { budget } from "./wake/budget.ts";
import { outlookOf } from "./wake/ladder/outlook.ts";
import { WakePlanner } from "./wake/climb/planner.ts";
import { reportWake } from "./wake/climb/report-wake.ts";
import { attemptsOf } from "./wake/ladder/rungs.ts";
import { waiters, type Waiters } from "./wake/waiters.ts";
import { wakeReceipts } from "./wake/climb/wake-receipts.ts";

/** What a daemon's parts are made from. */
export interface Parts {
  readonly machine: string;
  readonly bus: Bus;
  readonly outbox: Outbox;
  readonly journal: Journal;
  readonly pauses: Pauses;
  readonly store: SessionStore;
  readonly evidence: Evidence;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly metrics: Metrics;
  /** Those in force. */
  settings(): Settings;
  log(name: string): AdapterLog;
  /** The key of `[run] key` as the config is now. */
  runKey(): Promise<Buffer | undefined>;
  /** The ways to wake a session, best first, with whether they are open now. */
  ladder(record: SessionRecord, waiters: Waiters): readonly WakeStepView[];
  onError(error: unknown, doing: string): void;
}

/** Puts the parts together. Nothing runs yet, nothing is read or written. */
export function compose(parts: Parts): { readonly edge: Edge; readonly waiters: Waiters } {
  const { machine, bus, outbox, clock, ids, onError } = parts;
  const config = () => parts.settings().config;
  const subjects = subjectsOf(bus.ns);
  const codec = codecOf(bus.ns);
  const letters = { bus, subjects };
  const receipts = receiptWriter({
    outbox,
    clock,
    encode: codec.encodeReceipt,
    onError,
    count: parts.metrics.message,
  });
  const sessions = registry({
    store: parts.store,
    fold: foldEvent,
    onChange: (change) => onSessionChange(change),
  });
  const waiting = waiters((name) => planner.retry(name));
  const names = nameHistory(() => sessions.all());
  const boxes = mailboxes({
    bus,
    machine,
    journal: parts.journal,
    receipts,
    clock,
    depth: () => config().inbox.depth,
    decode: decodeOnce(codec.decodeMessage),
    bury: (delivery, reason) => bury(letters, `${machine}=inbox`, { delivery, reason }),
    names,
    isAddressed: (owner) => (message) => isMember(sessions.find(owner.session), message.to, message),
    refusal: refusalBy(() => config().policy, machine),
    onArrival: ({ session }) => planner.changed(session),
    onError,
  });
  const wakeful = (name: string) => wakefulLeases(boxes.find(name), clock.now());
  const gathersFor = (name: string) => {
    const batchMs = config().wake.batch;
    return batchMs === undefined ? 0 : gatherMs(wakeful(name), { batchMs, nowMs: clock.now() });
  };
  const mayWake = (record: SessionRecord) =>
    config().wake.enabled && (rulesFor(config(), record).wake ?? record.wake);
  const ladder = (record: SessionRecord) => parts.ladder(record, waiting);
  const perSession = budget(() => parts.settings().limits.wakesPerSession, clock);
  const perFleet = budget(() => parts.settings().limits.wakesPerFleet, clock);
  const noteDrift: DriftDeps["note"] = ({ name }, what) => noteEvent(edge, name, what);
  const drift = driftWatch({ clock, registry: sessions, note: noteDrift, onError });
  const planner = new WakePlanner({
    machine,
    clock,
    perSession,
    perFleet,
    session: (name) => sessions.find(name),
    wakeful,
    mayWake: (record) =>
      mayWake(record) &&
      gathersFor(record.name) === 0 &&
      !parts.pauses.isPaused(record.name) &&
      !talk.isAnswering(record.name),
    rungs: (record) => attemptsOf(ladder(record)),
    listen: (name) => drift.look(name).catch((error: unknown) => onError(error, `listening to ${name}`)),
    text: wakeText,
    body: typedBody,
    publish: async (attempt) =>
      void (await bus.publish(codec.encodeEvent(wakeEvent(attempt, stamp({ ids, clock }))))),
    ...wakeReceipts(receipts),
    onResult: parts.metrics.wake,
    onError,
  });
  const talk = conversation({
    registry: sessions,
    evidence: parts.evidence,
    clock,
    mailbox: (name) => boxes.find(name),
    choose: (mailbox, at) => {
      if (parts.pauses.isPaused(at.record.name)) return undefined;
      const { inbox } = config();
      const { context_bytes: maxBytes = at.maxBytes } = inbox;
      const showHuman = rulesFor(config(), at.record).show_human ?? inbox.show_human;
      return chooseOffer(
        mailbox,
        { ...at, maxBytes: Math.min(maxBytes, at.maxBytes), showHuman },
        clock.now(),
      );
    },
    continued: (record, messages) => continued(record, messages),
    heard: (name) => drift.heard(name),
    prompted: (name, nonces) => void planner.prompted(name, nonces),
    changed: (name) => {
      planner.changed(name);
      ends.flush(name);
    },
    deferred: (leases) =>
      leases.forEach(
        (lease) => void receipts.write(lease, { stage: "deferred", reason: "no room in this answer" }),
      ),
    onError,
  });
  const encode = (event: FleetEvent) => codec.encodeEvent(config().events.bodies ? event : redact(event));
  const note = (event: FleetEvent) => talk.note(event);
  const continued = continuation({ machine, registry: sessions, outbox, clock, ids, encode, note, onError });
  const others = roster({ machine, bus });
  const announce = announcer({ machine, outbox, ids, clock, encode: codec.encodeEvent, onError });
  const host = adapterHost({
    bus,
    machine,
    clock,
    announce,
    facts: ({ from }) => ({ role: recordOf({ sessions, others, machine }, from)?.role }),
    log: parts.log,
    decodeEvent: codec.decodeEvent,
    bury: (consumer, delivery, reason) => bury(letters, consumer, { delivery, reason }),
    stillWanted: (nonce) => planner.stillWanted(nonce),
    onResult: (event, result) => reportWake(planner, event, result),
    replies: replyHost(() => edge),
    runLogs: runLogs({ bus, clock, key: parts.runKey }),
    meter: parts.metrics.adapters,
  });
  parts.metrics.adapters.watch(() => host.views());

  const ends = outcomesOn(parts, () => edge);
  const onSessionChange = (change: Change) => {
    const { before, after, event } = change;
    ends.heard(change);
    if (event.kind === "session.renamed") waiting.rename(String(event.data["from"]), after.name);
    const isGone = after.state === "ended" || after.state === "lost";
    if (!isGone || before?.state === after.state) return;
    waiting.dismiss(after, `the session has ${after.state}`);
    edge.departures.heard(after.name);
  };
  const perPair = pairGuard(budget(() => parts.settings().limits.messagesPerPair, clock));
  const frame: Edge["frame"] = frameOffer;
  const outlook: Edge["outlook"] = (record) =>
    outlookOf(record, {
      pauses: parts.pauses,
      mayWake: mayWake(record),
      steps: ladder(record),
      gathersMs: gathersFor(record.name),
      freeInMs: Math.max(perSession.freeIn(record.name), perFleet.freeIn("fleet")),
      waiting: wakeful(record.name).length,
    });
  const { journal, store, pauses, evidence } = parts;
  const settings = () => parts.settings();
  const made = {
    registry: sessions,
    roster: others,
    mailboxes: boxes,
    names,
    receipts,
    planner,
    conversation: talk,
    gaps: payloadGaps(),
    drift,
    outcomes: ends,
    departures: departuresOn(clock, () => edge),
    host,
    perPair,
    frame,
    outlook,
  };
  const given = {
    ...{ machine, ns: bus.ns, clock, ids, bus, outbox },
    ...{ journal, store, pauses, evidence, settings, onError },
  };
  const edge: Edge = { ...given, ...made, subjects, codec, processes: systemProcesses };
  return { edge, waiters: waiting };
}

function stamp({ ids, clock }: Pick<Parts, "ids" | "clock">): { readonly id: string; readonly time: string } {
  return { id: ids(), time: new Date(clock.now()).toISOString() };
}
