import { startStandIn, type StandIn } from "../stand-in.test.support.ts";

/** When all of it was. */
export const time = "2026-01-01T00:00:00.000Z";
/** A busy session with mail. */
export const web = {
  ...{
    machine: "lab",
    name: "web",
    display: "web",
    cli: "claude",
    cliVersion: "2.1.329",
    cwd: "/src/web",
    pid: 12,
  },
  ...{
    state: "busy",
    tool: "Bash",
    stateSince: time,
    startedAt: time,
    seenAt: time,
    hooked: true,
    wake: true,
  },
  ...{ idleGeneration: 1, lastEventId: "e1", inbox: 2, isPaused: false, lastText: "last\u001b[1m words" },
};
/** A session that runs without hooks. */
export const bare = {
  ...web,
  name: "api",
  state: "idle",
  tool: undefined,
  hooked: false,
  inbox: 0,
  advice: "not hooked: start it again",
};
/** A daemon that is well. */
export const status = {
  ...{
    version: "0.1.0",
    machine: "lab",
    ns: "main",
    pid: 9,
    startedAt: time,
    port: 4000,
    sessions: 2,
    dead: 1,
    isPaused: false,
  },
  server: { url: "nats://127.0.0.1:4222", isConnected: true, isManaged: true, version: "2.15.1" },
  spool: { pending: 0, bytes: 0, torn: 0 },
};
/** An inbox as the server counts it. */
export const consumer = {
  ...{
    stream: "MAIN_INBOX",
    name: "lab=web",
    subjects: ["fleet.main.inbox.lab.web.*.*"],
    role: "inbox",
    isPaused: false,
  },
  ...{ pending: 3, ackPending: 2, redelivered: 1, lastDelivered: 40, ackFloor: 37 },
};
/** A dead letter. */
export const letter = {
  seq: 17,
  consumer: "lab=web",
  time,
  reason: "not JSON",
  subject: "fleet.main.inbox.lab.web.lab.x",
  preview: "{\u0007",
};
/** A stream. */
export const stream = {
  name: "MAIN_INBOX",
  subjects: ["a.>"],
  messages: 5,
  bytes: 900,
  firstSeq: 1,
  lastSeq: 5,
  consumers: 2,
};
/** An adapter that fails. */
export const adapter = {
  name: "phone",
  type: "ntfy",
  state: "failing",
  on: ["turn.failed"],
  sent: 4,
  failed: 1,
  lastError: "413",
};
/** A turn that has ended. */
export const event = {
  id: "e1",
  kind: "turn.stopped",
  from: { machine: "lab", session: "web" },
  time,
  origin: "agent",
  data: { outcome: "done" },
};

/** A stand-in that answers every route that reads or steers. */
export function startReading(): Promise<StandIn> {
  return startStandIn({
    "GET /v1/status": status,
    "GET /v1/sessions": { items: [web, bare] },
    "GET /v1/sessions/web": web,
    "GET /v1/sessions/lab/web": web,
    "POST /v1/sessions/rename": { ...web, name: "docs" },
    "POST /v1/whoami": { machine: "lab", session: "web", origin: "agent", attestedBy: "process tree" },
    "GET /v1/events": [event, { ...event, id: "e2" }],
    "GET /v1/streams": { items: [stream] },
    "GET /v1/consumers": {
      items: [consumer, { ...consumer, name: "hub=web" }, { ...consumer, name: "lab=api" }],
    },
    "POST /v1/consumers/pause": { items: [{ ...consumer, isPaused: true }] },
    "POST /v1/consumers/resume": { items: [consumer] },
    "POST /v1/consumers/reset": { items: [consumer] },
    "GET /v1/dead": { items: [letter] },
    "GET /v1/dead/17": letter,
    "POST /v1/dead/retry": letter,
    "POST /v1/dead/drop": letter,
    "POST /v1/pause": { ...status, isPaused: true },
    "POST /v1/resume": status,
    "GET /v1/adapters": { items: [adapter] },
    "POST /v1/adapters/test": { providerId: "p-1" },
  });
}
