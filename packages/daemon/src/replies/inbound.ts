import {
  messageOf,
  toFleetError,
  type AdapterLog,
  type Clock,
  type FleetEvent,
  type Notice,
  type RepliesConfig,
  type Said,
  type SendReceipt,
  type SourceAnswer,
  type SourceDelivery,
  type SourceTraits,
} from "@fleetbus/core";
import type { InboundView } from "@fleetbus/core/api";
import type { Bucket } from "@fleetbus/core/bus";
import { budget } from "../wake/budget.ts";
import { aboutOf } from "./about.ts";
import type { AuditLine } from "./audit.ts";
import { grantsOf, type Grants } from "./grant.ts";
import { asked } from "./hold.ts";
import { onceOf } from "./once.ts";
import type { ReplyPost } from "./post.ts";
import { recordsOf } from "./records.ts";
import { notedOf, type Noted } from "./noted.ts";
import { takeIn, type Outcome, type TakeDeps } from "./take.ts";

/** What comes back by one instance. */
export interface Inbound {
  /** A notice with a way to answer it, where what it tells of can be answered. Rejects with `unavailable`. */
  offer(event: FleetEvent, notice: Notice): Promise<Notice>;
  /** Remembers what was sent, so that it can be quoted. Rejects with `unavailable`. */
  sent(event: FleetEvent, receipt: SendReceipt): Promise<void>;
  /** Settles one delivery: stored and acknowledged, or refused. Never rejects. */
  take(delivery: SourceDelivery): Promise<void>;
  tally(): Pick<InboundView, "taken" | "refused" | "lastRefusal">;
}

/** What one instance's replies need. */
export interface InboundDeps {
  readonly name: string;
  /** Who sends, where its answers come in by another one (`replies.by`): its notices bear ids of a far side of its own. */
  readonly sender?: string;
  readonly machine: string;
  readonly traits: SourceTraits;
  readonly rules: RepliesConfig;
  readonly clock: Clock;
  readonly log: AdapterLog;
  readonly post: ReplyPost;
  bucket(): Promise<Bucket>;
  /** Never throws. */
  audit(line: AuditLine): void;
  announce(kind: string, data: Readonly<Record<string, unknown>>): void;
  setQuota(said: Extract<Said, { type: "quota" }>, by: string): Promise<string>;
}

/** What comes back by one instance; nothing is read or written yet. */
export function inboundOf(deps: InboundDeps): Inbound {
  const { name, clock, machine, rules } = deps;
  const records = recordsOf(name, () => deps.bucket());
  const grants = grantsOf({ records, clock, rules });
  const taking: TakeDeps = {
    ...{ name, clock, rules, records, grants, traits: deps.traits, post: deps.post },
    once: onceOf({ records, machine, clock }),
    rate: budget(rules.rate, clock),
    setQuota: (said, by) => deps.setQuota(said, by),
  };
  const noted = notedOf(deps);
  const whose = deps.sender === undefined ? "" : `${deps.sender} `;
  return {
    offer: async (event, notice) => {
      const about = aboutOf(event);
      return about === undefined ? notice : { ...notice, reply: await grants.offer(whose + event.id, about) };
    },
    sent: async (event, { providerId }) => {
      const about = aboutOf(event);
      if (about === undefined || providerId === undefined) return;
      await grants.sent(whose + providerId, { request: whose + event.id, about });
    },
    take: async (delivery) => {
      let outcome: Outcome;
      let answer: SourceAnswer;
      try {
        outcome = await takeIn(taking, delivery);
        answer = await answerOf(taking, delivery, outcome);
      } catch (error) {
        return refuse(deps, noted, { delivery, error });
      }
      noted.taken(delivery, outcome);
      await acknowledge(grants, { delivery, outcome, answer }).catch((error: unknown) =>
        deps.log.warn(
          { adapter: name, error: messageOf(error) },
          "acknowledging a reply failed: it comes again",
        ),
      );
    },
    tally: () => noted.tally(),
  };
}

/** A question is asked anew each time: its tokens are nowhere to be read. */
async function answerOf(
  taking: TakeDeps,
  delivery: SourceDelivery,
  { taken }: Outcome,
): Promise<SourceAnswer> {
  const { line, message, isHeld } = taken;
  if (isHeld === true) return asked(taking, delivery.id, line);
  return message === undefined ? { line } : { line, message };
}

interface Answering {
  readonly delivery: SourceDelivery;
  readonly outcome: Outcome;
  readonly answer: SourceAnswer;
}

/** The answer can be answered too. */
async function acknowledge(grants: Grants, { delivery, outcome, answer }: Answering): Promise<void> {
  const { providerId } = await delivery.ack(answer);
  const { about } = outcome.taken;
  if (providerId === undefined || about === undefined) return;
  await grants.sent(providerId, { request: `in ${delivery.id}`, about });
}

async function refuse(
  { name, log }: InboundDeps,
  noted: Noted,
  { delivery, error }: { readonly delivery: SourceDelivery; readonly error: unknown },
): Promise<void> {
  const refused = toFleetError(error);
  if (!refused.isRetryable) noted.refused(delivery, refused);
  log.info({ adapter: name, error: refused.message }, "a reply was not taken");
  await delivery
    .nak(refused)
    .catch((again: unknown) =>
      log.warn({ adapter: name, error: messageOf(again) }, "refusing a reply failed"),
    );
}
