import {
  encodeEnvelope,
  sanitiseLine,
  sourceOf,
  subjectsOf,
  type Clock,
  type IdSource,
} from "@fleetbus/core";
import type { Outgoing } from "@fleetbus/core/bus";
import { hashOf } from "./token.ts";

/** One line of the audit: who did what to whom, by which adapter. */
export interface AuditLine {
  readonly adapter: string;
  /** Who the far side says it was. */
  readonly sender?: string | undefined;
  readonly outcome: "taken" | "held" | "dropped" | "refused";
  /** Why it was refused, in a word. */
  readonly why?: string | undefined;
  readonly to?: string | undefined;
  readonly message?: string | undefined;
  /** Only its hash is written. */
  readonly text?: string | undefined;
}

/** A line as it is published: neither the text nor a token is in it (ECOSYSTEM.md, security 7). */
export function auditOf(
  at: { readonly ns: string; readonly machine: string; readonly ids: IdSource; readonly clock: Clock },
  { text, sender, ...line }: AuditLine,
): Outgoing {
  const id = at.ids();
  const data = {
    ...line,
    ...(sender === undefined ? {} : { sender: sanitiseLine(sender, { maxBytes: 200 }) }),
    ...(text === undefined ? {} : { sha256: hashOf(text) }),
  };
  const envelope = encodeEnvelope({
    id,
    source: sourceOf(at.ns, { machine: at.machine, session: "fleet" }),
    type: "fleet.audit.reply",
    time: new Date(at.clock.now()).toISOString(),
    datacontenttype: "application/json",
    extensions: { fleetorigin: "external" },
    data,
  });
  return { subject: subjectsOf(at.ns).audit(at.machine, "reply"), ...envelope, dedupeId: id };
}
