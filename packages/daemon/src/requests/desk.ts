import { FleetError, type FleetEvent, type Receipt, type Stage } from "@fleetbus/core";
import type {
  Arrival,
  Caller,
  ConsumerView,
  DeadView,
  Identity,
  InboxAnswer,
  Items,
  PtyReport,
  PtyReportAnswer,
  PublishAnswer,
  RunEventAnswer,
  RunEventRequest,
  SessionView,
  StatusAnswer,
  StreamView,
  TraceAnswer,
  WakeView,
  publishSchema,
} from "@fleetbus/core/api";
import type { z } from "zod";
import { takePtyReport } from "../pty/report.ts";
import { adapterDesk, type AdapterDesk } from "./adapters.ts";
import { attest } from "../session/attest.ts";
import { arrivals } from "./arrivals.ts";
import { dropDead, listDead, retryDead, showDead } from "./dead.ts";
import { ownerOf, type Edge } from "./edge.ts";
import { ackMessage, readMailbox, type InboxAsk } from "./inbox.ts";
import { kick } from "./kick.ts";
import { rename } from "./rename.ts";
import { takeRunEvent } from "./run-events.ts";
import { readRunLog } from "./run-logs.ts";
import { cancel, reply, report } from "./reply.ts";
import { send } from "./send.ts";
import { findSession, listSessions } from "./sessions.ts";
import { listConsumers, listStreams, readEvents, requireConsumer, type EventsQuery } from "./streams.ts";
import { followReceipts, trace } from "./trace.ts";

interface Asked {
  readonly caller: Caller;
}

/** Everything that people ask of a daemon, behind the API's routes. Callers are attested here, once. */
export interface Desk {
  status(): Promise<StatusAnswer>;
  /** Whether the server is reachable. */
  isHealthy(): boolean;
  whoami(asked: Asked): Promise<Identity>;
  publish(request: z.output<typeof publishSchema>): Promise<PublishAnswer>;
  receipts(id: string, until: Stage | undefined, signal: AbortSignal): AsyncIterable<Receipt>;
  trace(id: string): Promise<TraceAnswer>;
  reply(
    asked: Asked & { to?: string | undefined; body: string; id?: string | undefined },
  ): Promise<PublishAnswer>;
  report(asked: Asked & { outcome: string; text?: string | undefined }): Promise<PublishAnswer>;
  ack(asked: Asked & { id?: string | undefined }): Promise<Receipt>;
  cancel(asked: Asked & { id?: string | undefined }): Promise<Receipt>;
  inbox(asked: Asked & Omit<InboxAsk, "who">): Promise<InboxAnswer>;
  arrivals(session: string | undefined, signal: AbortSignal): AsyncIterable<Arrival>;
  sessions(): Promise<Items<SessionView>>;
  session(ref: string): Promise<SessionView>;
  /** Of a session of this machine. */
  wake(ref: string): Promise<WakeView>;
  kick(asked: Asked & { session: string; text?: string | undefined }): Promise<PublishAnswer>;
  rename(asked: Asked & { session: string; name: string }): Promise<SessionView>;
  pause(asked: Asked & { target?: string | undefined }, isPaused: boolean): Promise<StatusAnswer>;
  events(query: EventsQuery, signal: AbortSignal): AsyncIterable<FleetEvent>;
  streams(): Promise<Items<StreamView>>;
  consumers(): Promise<Items<ConsumerView>>;
  consumer(
    verb: "pause" | "resume" | "reset",
    asked: { name: string; forMs?: number | undefined },
  ): Promise<Items<ConsumerView>>;
  dead(): Promise<Items<DeadView>>;
  deadLetter(verb: "show" | "retry" | "drop", seq: number): Promise<DeadView>;
  readonly adapters: AdapterDesk;
  /** An event of a wrapped command (`fleet run`), told as the caller's. */
  takeRunEvent(request: RunEventRequest): Promise<RunEventAnswer>;
  /** What `fleet wrap` sees of a command without hooks. */
  takePtyReport(report: PtyReport): Promise<PtyReportAnswer>;
  /** The full log of a run, as `fleet run` left it. */
  runLog(run: string): Promise<AsyncIterable<Uint8Array>>;
}

/** The desk of one daemon. */
export function desk(edge: Edge, status: () => Promise<StatusAnswer>): Desk {
  const who = (asked: Asked) => attestOn(edge, asked.caller);
  return {
    status,
    isHealthy: () => edge.bus.isConnected(),
    whoami: who,
    publish: async (request) => send(edge, { who: await who(request), request }),
    receipts: (id, until, signal) => followReceipts(edge, { id, until }, signal),
    trace: (id) => trace(edge, id),
    reply: async ({ to, ...said }) => reply(edge, await who(said), { ...said, to }),
    report: async ({ text, ...said }) => report(edge, await who(said), { ...said, body: text ?? "" }),
    ack: async (asked) => {
      const { id, from, to } = await ackMessage(edge, { who: await who(asked), id: asked.id });
      return { id, from, to, stage: "done", time: new Date(edge.clock.now()).toISOString() };
    },
    cancel: async (asked) => cancel(edge, await who(asked), asked.id),
    inbox: async ({ caller, ...asked }) => readMailbox(edge, { ...asked, who: await who({ caller }) }),
    arrivals: (session, signal) => arrivals(edge, session, signal),
    sessions: () => listSessions(edge),
    session: (ref) => findSession(edge, ref),
    wake: (ref) => wakeOutlook(edge, ref),
    kick: async ({ session, text, ...asked }) => kick(edge, await who(asked), { ...asked, session, text }),
    rename: async ({ session, name, ...asked }) => {
      await who(asked);
      return findSession(edge, await rename(edge, session, name));
    },
    pause: async ({ target }, isPaused) => {
      const session = target === undefined ? undefined : (await findSession(edge, target)).name;
      await edge.pauses.set(session, isPaused);
      for (const record of edge.registry.live()) if (!isPaused) edge.planner.retry(record.name);
      return status();
    },
    events: (query, signal) => readEvents(edge, query, signal),
    streams: () => listStreams(edge),
    consumers: () => listConsumers(edge),
    consumer: (verb, asked) => changeConsumer(edge, verb, asked),
    dead: () => listDead(edge),
    deadLetter: (verb, seq) => ({ show: showDead, retry: retryDead, drop: dropDead })[verb](edge.bus, seq),
    adapters: adapterDesk(edge),
    takeRunEvent: async (request) => takeRunEvent(edge, await who(request), request),
    takePtyReport: (report) => takePtyReport(edge, report),
    runLog: (run) => readRunLog(edge.bus, run),
  };
}

/** Who a caller is to this daemon. */
export function attestOn(edge: Edge, caller: Caller): Promise<Identity> {
  return attest(caller, edge);
}

const pauseForMs = 365 * 24 * 60 * 60 * 1000;

async function changeConsumer(
  edge: Edge,
  verb: "pause" | "resume" | "reset",
  asked: { readonly name: string; readonly forMs?: number | undefined },
): Promise<Items<ConsumerView>> {
  const { stream, name } = await requireConsumer(edge, asked.name);
  if (verb === "reset") await resetConsumer(edge, name);
  else
    await edge.bus.pauseConsumer(
      stream,
      name,
      verb === "pause" ? edge.clock.now() + (asked.forMs ?? pauseForMs) : undefined,
    );
  return listConsumers(edge);
}

/** Back to everything that the stream holds: the mailbox is made anew; what has ended already is acknowledged silently. */
async function resetConsumer(edge: Edge, name: string): Promise<void> {
  const [machine, session] = name.split("=");
  if (machine !== edge.machine || session === undefined || name.split("=").length > 2) {
    throw new FleetError(
      "refused",
      `resetting consumer ${name}: only the inboxes of this machine (${edge.machine}) can be reset here`,
    );
  }
  await edge.mailboxes.close(session);
  await edge.bus.removeConsumer("INBOX", name);
  await edge.mailboxes.open(ownerOf(edge, session));
}

/** Only its own machine knows its ways to be woken. */
async function wakeOutlook(edge: Edge, ref: string): Promise<WakeView> {
  const { machine, name } = await findSession(edge, ref);
  const record = machine === edge.machine ? edge.registry.find(name) : undefined;
  if (record !== undefined) return edge.outlook(record);
  throw new FleetError("refused", `looking how to wake ${ref}: it is a session of ${machine}; ask there`);
}
