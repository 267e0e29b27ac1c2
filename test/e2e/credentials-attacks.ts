import { sessionApiPrefix } from "@fleetbus/daemon/server";

/** A subject that lab/web may publish to. */
export const own = "fleet.main.inbox.lab.api.lab.web";
/** Where only lab/api may publish to; what is stored there claims to come from it. */
export const forged = "fleet.main.inbox.lab.web.lab.api";
const nextOf = (durable: string, stream = "MAIN_INBOX") =>
  `${sessionApiPrefix}.CONSUMER.MSG.NEXT.${stream}.${durable}`;
const pull = '{"batch":5,"no_wait":true}';

/** One thing published. */
export interface Attack {
  readonly subject: string;
  readonly data?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly reply?: string;
}

/** What the server must not even take. All by lab/web of namespace main. */
export const denied: readonly (readonly [string, Attack])[] = [
  ["sending as another session", { subject: forged }],
  ["sending as the human", { subject: "fleet.main.inbox.lab.api.lab.me" }],
  ["sending as another machine's session of the same name", { subject: "fleet.main.inbox.lab.api.hub.web" }],
  ["an event of another session", { subject: "fleet.main.event.lab.api.turn.stopped" }],
  ["a message in another namespace", { subject: "fleet.other.inbox.lab.api.lab.web" }],
  ["an event in another namespace", { subject: "fleet.other.event.lab.web.turn.stopped" }],
  ["a broadcast", { subject: "fleet.main.cast.all.lab.web" }],
  ["a receipt", { subject: "fleet.main.receipt.lab.api.01j0.lab.web" }],
  ["a wake", { subject: "fleet.main.wake.lab.api.tmux" }],
  ["a schedule", { subject: "fleet.main.later.01j0" }],
  ["a due message", { subject: "fleet.main.due.01j0" }],
  ["a dead letter", { subject: "fleet.main.dead.x" }],
  ["an audit record", { subject: "fleet.main.audit.x" }],
  ["a key of a bucket", { subject: "$KV.MAIN_sessions.lab.web" }],
  ["an answer to another session's request", { subject: "_INBOX_main=lab=api.x" }],
  ["another's durable", { subject: nextOf("lab=api"), data: pull }],
  ["its own durable of another namespace", { subject: nextOf("lab=web", "OTHER_INBOX"), data: pull }],
  ["another's acknowledgement", { subject: "$JS.ACK.MAIN_INBOX.lab=api.1.1.1.0.0", data: "+ACK" }],
  [
    "an acknowledgement in another namespace",
    { subject: "$JS.ACK.OTHER_INBOX.lab=web.1.1.1.0.0", data: "+ACK" },
  ],
  ...["$JS.API", sessionApiPrefix].flatMap((prefix): [string, Attack][] => [
    [`a purge (${prefix})`, { subject: `${prefix}.STREAM.PURGE.MAIN_INBOX`, data: "{}" }],
    [`deleting a stream (${prefix})`, { subject: `${prefix}.STREAM.DELETE.MAIN_INBOX`, data: "{}" }],
    [
      `deleting a message (${prefix})`,
      { subject: `${prefix}.STREAM.MSG.DELETE.MAIN_INBOX`, data: '{"seq":1}' },
    ],
    [`reading a message (${prefix})`, { subject: `${prefix}.STREAM.MSG.GET.MAIN_INBOX`, data: '{"seq":1}' }],
    [
      `a consumer that delivers to a forged subject (${prefix})`,
      { subject: `${prefix}.CONSUMER.CREATE.MAIN_INBOX.evil`, data: pushTo(forged) },
    ],
    [
      `deleting a consumer (${prefix})`,
      { subject: `${prefix}.CONSUMER.DELETE.MAIN_INBOX.lab=api`, data: "" },
    ],
    [
      `pulling without the import (${prefix})`,
      { subject: `${prefix}.CONSUMER.MSG.NEXT.MAIN_INBOX.lab=api`, data: pull },
    ],
  ]),
  ["asking the server's system account", { subject: "$SYS.REQ.SERVER.PING" }],
  [
    "a trace that is sent to a forged subject",
    { subject: own, headers: { "Nats-Trace-Dest": forged, "Nats-Trace-Only": "true" } },
  ],
];

/** What the server takes, as the subject is the session's own, and what must have no effect all the same. */
export const harmless: readonly (readonly [string, Attack])[] = [
  [
    "a pull whose answer goes to a forged subject",
    { subject: nextOf("lab=web"), data: '{"batch":1,"no_wait":true}', reply: forged },
  ],
  [
    "a pull whose heartbeat goes to a forged subject",
    {
      subject: nextOf("lab=web"),
      data: '{"batch":9,"expires":1000000000,"idle_heartbeat":300000000}',
      reply: forged,
    },
  ],
  [
    "a pull that is refused, with the refusal going to a forged subject",
    { subject: nextOf("lab=web"), data: "{nonsense", reply: forged },
  ],
  [
    "an acknowledgement that asks for the next at a forged subject",
    { subject: "$JS.ACK.MAIN_INBOX.lab=web.1.1.1.0.0", data: "+NXT", reply: forged },
  ],
  ["a rollup of the whole stream", { subject: own, headers: { "Nats-Rollup": "all" } }],
  ["a rollup of the subject", { subject: own, headers: { "Nats-Rollup": "sub" } }],
  [
    "a rollup of the events",
    { subject: "fleet.main.event.lab.web.turn.stopped", headers: { "Nats-Rollup": "all" } },
  ],
  [
    "a schedule with a forged target",
    {
      subject: own,
      headers: { "Nats-Schedule": "@at 2020-01-01T00:00:00Z", "Nats-Schedule-Target": forged },
    },
  ],
  [
    "a schedule every second",
    { subject: own, headers: { "Nats-Schedule": "@every 1s", "Nats-Schedule-Target": forged } },
  ],
  ["a counter", { subject: own, headers: { "Nats-Incr": "+1" } }],
  [
    "an atomic batch",
    { subject: own, headers: { "Nats-Batch-Id": "b", "Nats-Batch-Sequence": "1", "Nats-Batch-Commit": "1" } },
  ],
];

function pushTo(subject: string): string {
  const config = {
    durable_name: "evil",
    name: "evil",
    deliver_subject: subject,
    ack_policy: "none",
    deliver_policy: "all",
  };
  return JSON.stringify({ stream_name: "MAIN_INBOX", config });
}
