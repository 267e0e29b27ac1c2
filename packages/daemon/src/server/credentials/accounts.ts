import type { Keys } from "./keys.ts";
import { signToken } from "./token.ts";

/*
 * Two accounts (NATS.md, decision 6): HUB owns the streams, SESSIONS imports the four services that a session needs.
 * Several namespaces share them: the exports are open in the namespace's token, and each session's own credential closes
 * them (its tags fill the scoped signing key's template). So a namespace is added without touching an account or
 * reloading the server (decision 13), and no session reaches another namespace.
 */

const unlimited = {
  subs: -1,
  data: -1,
  payload: -1,
  imports: -1,
  exports: -1,
  wildcards: true,
  conn: -1,
  leaf: -1,
};
const withStreams = { ...unlimited, mem_storage: -1, disk_storage: -1, streams: -1, consumer: -1 };

/** Where a session finds the part of the JetStream API that it may use: `jetstream(nc, { apiPrefix })`. */
export const sessionApiPrefix = "HUBJS.API";

/** One service that HUB offers and SESSIONS imports. */
interface Service {
  readonly name: string;
  readonly subject: string;
  readonly responseType?: "Stream";
  readonly localSubject?: string;
}

const services: readonly Service[] = [
  { name: "inbox", subject: "fleet.*.inbox.*.*.*.*" },
  { name: "event", subject: "fleet.*.event.*.*.>" },
  {
    name: "next",
    subject: "$JS.API.CONSUMER.MSG.NEXT.*.*",
    // With the default, one answer, `fetch` dies of "heartbeats missed".
    responseType: "Stream",
    localSubject: `${sessionApiPrefix}.CONSUMER.MSG.NEXT.*.*`,
  },
  { name: "ack", subject: "$JS.ACK.*.>" },
];

/** What a session may do, with its own tags and name filled in by the server: publish as itself, read its own durable. */
const sessionTemplate = {
  pub: {
    allow: [
      "fleet.{{tag(ns)}}.inbox.*.*.{{tag(m)}}.{{tag(s)}}",
      "fleet.{{tag(ns)}}.event.{{tag(m)}}.{{tag(s)}}.>",
      `${sessionApiPrefix}.CONSUMER.MSG.NEXT.{{tag(stream)}}.{{name()}}`,
      "$JS.ACK.{{tag(stream)}}.{{name()}}.>",
    ],
  },
  // "=" stands in no name: with "_", lab/web_1 could read the answers to lab_web/1.
  sub: { allow: ["_INBOX_{{tag(ns)}}={{tag(m)}}={{tag(s)}}.>"] },
  subs: 20,
  payload: 1_048_576,
  data: -1,
};

/** The trust that the server's config holds: the operator's token, and each account's under its public key. */
export interface Trust {
  readonly operator: string;
  readonly systemAccount: string;
  readonly accounts: Readonly<Record<string, string>>;
}

/** The tokens for a set of keys. Always the same text for the same keys, so that a running server's config can be compared. */
export function trustOf(keys: Keys): Trust {
  const { operator, system, hub, sessions } = keys;
  const account = (name: string, sub: string, nats: Readonly<Record<string, unknown>>) =>
    signToken({ name, sub, nats: { ...nats, type: "account" } }, operator, keys.createdAtMs);
  return {
    operator: signToken(
      { name: "fleet", sub: operator.publicKey, nats: { type: "operator", system_account: system.account } },
      operator,
      keys.createdAtMs,
    ),
    systemAccount: system.account,
    accounts: {
      [system.account]: account("SYS", system.account, {
        limits: unlimited,
        signing_keys: [system.signer.publicKey],
      }),
      [hub.account]: account("HUB", hub.account, {
        limits: withStreams,
        signing_keys: [hub.signer.publicKey],
        exports: services.map((service) => exportOf(service)),
      }),
      [sessions.account]: account("SESSIONS", sessions.account, {
        limits: unlimited,
        signing_keys: [
          { kind: "user_scope", key: sessions.signer.publicKey, role: "session", template: sessionTemplate },
        ],
        imports: services.map((service) => importOf(service, hub.account)),
      }),
    },
  };
}

function exportOf({ name, subject, responseType }: Service) {
  return { name, subject, type: "service", ...(responseType && { response_type: responseType }) };
}

function importOf({ name, subject, localSubject }: Service, account: string) {
  return { name, subject, type: "service", account, ...(localSubject && { local_subject: localSubject }) };
}
