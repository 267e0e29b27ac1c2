import type { FleetEvent, Receipt, Stage } from "@fleetbus/core";
import type * as A from "@fleetbus/core/api";
import { readJson, readLines, shape, type Shape } from "./body.ts";
import { callerOf } from "./caller.ts";
import type { Daemon } from "./daemon.ts";

/** A request without the caller, which the client adds. */
type Said<T> = Omit<T, "caller">;

/** What a message is waited for with. */
export interface ReceiptQuery {
  readonly until: Stage | "none";
  readonly timeoutMs: number;
}

/** Which events to read. `since` is RFC 3339. */
export interface EventQuery {
  readonly session: string | undefined;
  readonly kind: string | undefined;
  readonly since: string | undefined;
  readonly follow: boolean;
}

/** The daemon's routes (core/api/README.md), typed. Every call rejects with the daemon's own FleetError. */
export interface Api {
  status(): Promise<A.StatusAnswer>;
  whoami(): Promise<A.Identity>;
  publish(request: Said<A.PublishRequest>): Promise<A.PublishAnswer>;
  /** Ends at the stage, at a final one or at the timeout. */
  receipts(id: string, query: ReceiptQuery): AsyncIterable<Receipt>;
  trace(id: string): Promise<A.TraceAnswer>;
  reply(request: Said<A.ReplyRequest>): Promise<A.PublishAnswer>;
  report(request: Said<A.ReportRequest>): Promise<A.PublishAnswer>;
  ack(id: string | undefined): Promise<Receipt>;
  cancel(id: string | undefined): Promise<Receipt>;
  inbox(request: Said<A.InboxRequest>): Promise<A.InboxAnswer>;
  /** A line a message that is stored for the session, or for anybody of this machine; until the world's signal. */
  arrivals(session?: string): AsyncIterable<A.Arrival>;
  sessions(): Promise<A.Items<A.SessionView>>;
  session(ref: string): Promise<A.SessionView>;
  wake(ref: string): Promise<A.WakeView>;
  rename(session: string, name: string): Promise<A.SessionView>;
  kick(session: string, text: string | undefined): Promise<A.PublishAnswer>;
  events(query: EventQuery): AsyncIterable<FleetEvent>;
  streams(): Promise<A.Items<A.StreamView>>;
  consumers(): Promise<A.Items<A.ConsumerView>>;
  changeConsumer(
    change: "pause" | "resume" | "reset",
    name: string,
    forMs?: number,
  ): Promise<A.Items<A.ConsumerView>>;
  dead(): Promise<A.Items<A.DeadView>>;
  deadLetter(seq: number): Promise<A.DeadView>;
  settleDead(how: "retry" | "drop", seq: number): Promise<A.DeadView>;
  pause(target: string | undefined): Promise<A.StatusAnswer>;
  resume(target: string | undefined): Promise<A.StatusAnswer>;
  adapters(): Promise<A.Items<A.AdapterView>>;
  adapter(name: string): Promise<A.AdapterView>;
  pauseAdapter(name: string, reason: string | undefined): Promise<A.AdapterView>;
  resumeAdapter(name: string): Promise<A.AdapterView>;
  testAdapter(asked: A.AdapterTestRequest): Promise<A.AdapterSendView>;
  sendBy(asked: Said<A.AdapterSendRequest>): Promise<A.AdapterSendView>;
  explain(asked: A.ExplainRequest): Promise<A.ExplainAnswer>;
}

/** The routes over `daemon`. */
export function apiOf(daemon: Daemon): Api {
  const get = async <T>(path: string, is: Shape<T>) =>
    readJson(await daemon.send({ method: "GET", path }), is);
  const post = async <T>(path: string, body: object, is: Shape<T>) =>
    readJson(await daemon.send({ method: "POST", path, body: JSON.stringify(body) }), is);
  const say = <T>(path: string, body: object, is: Shape<T>) =>
    post(path, { caller: callerOf(daemon.world), ...body }, is);
  return {
    status: () => get("/v1/status", aStatus),
    whoami: () => say("/v1/whoami", {}, shape<A.Identity>("machine", "session", "origin")),
    publish: (request) => say("/v1/messages", request, published),
    receipts: (id, query) => receipts(daemon, id, query),
    trace: (id) => get(`/v1/messages/${part(id)}/trace`, shape<A.TraceAnswer>("stages")),
    reply: (request) => say("/v1/replies", request, published),
    report: (request) => say("/v1/reports", request, published),
    ack: (id) => say("/v1/acks", { id }, aReceipt),
    cancel: (id) => say("/v1/cancellations", { id }, aReceipt),
    inbox: (request) => say("/v1/inbox", request, shape<A.InboxAnswer>("items")),
    arrivals: (session) =>
      follow(
        daemon,
        { path: `/v1/arrivals${session === undefined ? "" : `?session=${part(session)}`}` },
        anArrival,
      ),
    sessions: () => get("/v1/sessions", shape<A.Items<A.SessionView>>("items")),
    session: (ref) => get(`/v1/sessions/${part(ref)}`, aSession),
    wake: (ref) => get(`/v1/wakes/${part(ref)}`, shape<A.WakeView>("session", "obstacles", "rungs")),
    rename: (session, name) => say("/v1/sessions/rename", { session, name }, aSession),
    kick: (session, text) => say("/v1/sessions/kick", { session, text }, published),
    events: (query) =>
      follow(daemon, { path: `/v1/events?${eventQuery(query)}` }, shape<FleetEvent>("id", "kind", "from")),
    streams: () => get("/v1/streams", shape<A.Items<A.StreamView>>("items")),
    consumers: () => get("/v1/consumers", consumers),
    changeConsumer: (change, name, forMs) => post(`/v1/consumers/${change}`, { name, forMs }, consumers),
    dead: () => get("/v1/dead", shape<A.Items<A.DeadView>>("items")),
    deadLetter: (seq) => get(`/v1/dead/${seq}`, aLetter),
    settleDead: (how, seq) => post(`/v1/dead/${how}`, { seq }, aLetter),
    pause: (target) => say("/v1/pause", { target }, aStatus),
    resume: (target) => say("/v1/resume", { target }, aStatus),
    adapters: () => get("/v1/adapters", shape<A.Items<A.AdapterView>>("items")),
    adapter: (name) => get(`/v1/adapters/${part(name)}`, anAdapter),
    pauseAdapter: (name, reason) => post("/v1/adapters/pause", { name, reason }, anAdapter),
    resumeAdapter: (name) => post("/v1/adapters/resume", { name }, anAdapter),
    testAdapter: (asked) => post("/v1/adapters/test", asked, sentBy),
    sendBy: (asked) => say("/v1/adapters/send", asked, sentBy),
    explain: (asked) => post("/v1/routes/explain", asked, shape<A.ExplainAnswer>("event", "items")),
  };
}

const aStatus = shape<A.StatusAnswer>("version", "server", "spool");
const published = shape<A.PublishAnswer>("id", "to", "stage");
const aReceipt = shape<Receipt>("id", "to", "stage", "time");
const anArrival = shape<A.Arrival>("seq");
const aSession = shape<A.SessionView>("machine", "name", "state");
const consumers = shape<A.Items<A.ConsumerView>>("items");
const anAdapter = shape<A.AdapterView>("name", "type", "state");
const sentBy = shape<A.AdapterSendView>("notices");
const aLetter = shape<A.DeadView>("seq", "reason");

/** The daemon ends the stream at the timeout; one that does not is gone. */
const graceMs = 10_000;

function receipts(daemon: Daemon, id: string, { until, timeoutMs }: ReceiptQuery): AsyncIterable<Receipt> {
  const path = `/v1/messages/${part(id)}/receipts?until=${until}&timeoutMs=${timeoutMs}`;
  return follow(daemon, { path, quietMs: timeoutMs + graceMs }, aReceipt);
}

/** Without `quietMs` a stream may stay quiet for as long as it likes. */
async function* follow<T>(
  daemon: Daemon,
  request: { readonly path: string; readonly quietMs?: number },
  is: Shape<T>,
): AsyncGenerator<T> {
  yield* readLines(await daemon.send({ method: "GET", quietMs: undefined, ...request }), is);
}

function part(text: string): string {
  return encodeURIComponent(text);
}

function eventQuery(query: EventQuery): string {
  const { follow, ...filters } = query;
  const given = Object.entries({ ...filters, follow: follow ? "1" : undefined }).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, value] as const],
  );
  return new URLSearchParams(Object.fromEntries(given)).toString();
}
