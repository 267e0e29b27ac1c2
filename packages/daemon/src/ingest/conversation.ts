import type { FleetEvent, SessionEventKind, SessionRecord } from "@fleetbus/core";
import type { Clock } from "@fleetbus/core";
import type { Lease } from "../inbox/lease.ts";
import type { Mailbox } from "../inbox/mailbox.ts";
import type { Evidence } from "../inbox/proof.ts";
import type { Registry } from "../session/registry.ts";
import type { Cli, HookCall } from "./cli-port.ts";
import type { Continue } from "./continuation.ts";
import { fold } from "./folding.ts";
import type { HookAnswer } from "./hooks.ts";
import { offerAt } from "./offering.ts";

/** One hook's events with where they came from. */
export interface Heard {
  readonly call: HookCall;
  readonly cli: Cli;
  readonly events: readonly FleetEvent[];
  /** False for a dropped file: nobody reads an answer. */
  readonly isAnswered: boolean;
}

/** What was chosen for one answer. */
export interface Choice {
  readonly text: string;
  readonly leases: readonly Lease[];
  /** What did not fit. */
  readonly deferred: readonly Lease[];
  /** The text is a line about these alone, which it has no room for: they are not leased. */
  readonly pointedTo?: readonly Lease[];
}

/** What a conversation needs. */
export interface ConversationDeps {
  readonly registry: Registry;
  readonly evidence: Evidence;
  readonly clock: Clock;
  mailbox(name: string): Mailbox | undefined;
  /** Chooses and frames what may be offered at this event (core: order, fence); undefined: nothing. */
  choose(mailbox: Mailbox, at: OfferPoint): Choice | undefined;
  /** A continuation that fleet itself asked for is an event too. */
  readonly continued: Continue;
  /** A hook of this session speaks. */
  heard(name: string): void;
  /** Both tell the wake planner. */
  prompted(name: string, nonces: readonly string[]): void;
  changed(name: string): void;
  deferred(leases: readonly Lease[]): void;
  onError(error: unknown, doing: string): void;
}

/** Where in a turn something may be offered. */
export interface ChooseAt {
  readonly record: SessionRecord;
  readonly kind: SessionEventKind;
  readonly promptId: string | undefined;
  readonly maxBytes: number;
  /** The prompt bears the nonce of a wake. */
  readonly isWake: boolean;
  /** A tool call is about to run that can be denied: only what is sent to stop the session is chosen. */
  readonly isGuard: boolean;
  /** Whether the session's human asked to be shown what came in. */
  readonly showHuman: boolean;
}

/** Where in a turn it is, before the machine's own rules are known. */
export type OfferPoint = Omit<ChooseAt, "showHuman">;

/** The turns of this machine's sessions: what each event proves of their leases, and what its answer offers. */
export interface Conversation {
  /** Folds the events in and resolves with the answer, or undefined for none. */
  take(heard: Heard): Promise<HookAnswer | undefined>;
  /** For events that no hook told (an interrupt seen by a reader, a lost process). */
  note(event: FleetEvent): void;
  /** True from a hook's arrival until its answer is chosen: what waits may go with that, and needs no wake. */
  isAnswering(name: string): boolean;
}

/** The conversations of one daemon. */
export function conversation(deps: ConversationDeps): Conversation {
  const continuations = new Map<string, number>();
  const answering = new Map<string, number>();
  const answer = async (heard: Heard) => {
    if (heard.cli.rules(heard.call.event).endsBatch) endBatch(heard, deps);
    const isQueued = isQueuedPrompt(heard, deps);
    for (const event of heard.events) fold(event, deps);
    return isQueued || !heard.isAnswered ? undefined : offerAt(heard, { deps, continuations });
  };
  return {
    take: async (heard) => {
      const name = heard.events.at(-1)?.from.session ?? "";
      deps.heard(name);
      answering.set(name, (answering.get(name) ?? 0) + 1);
      try {
        return await answer(heard);
      } finally {
        countDown(answering, name);
        deps.changed(name);
      }
    },
    note: (event) => {
      if (fold(event, deps) !== undefined) deps.changed(event.from.session);
    },
    isAnswering: (name) => answering.has(name),
  };
}

function countDown(counts: Map<string, number>, name: string): void {
  const left = (counts.get(name) ?? 0) - 1;
  if (left > 0) counts.set(name, left);
  else counts.delete(name);
}

/** Typed while a turn runs: it fires with that turn's id, and its context is lost if the human takes the prompt back. */
function isQueuedPrompt({ events }: Heard, deps: ConversationDeps): boolean {
  const event = events.at(-1);
  if (event?.kind !== "prompt.submitted") return false;
  const record = deps.registry.find(event.from.session);
  return (
    record?.state === "busy" && record.promptId !== undefined && record.promptId === event.data["promptId"]
  );
}

function endBatch({ events }: Heard, deps: ConversationDeps): void {
  const [event] = events;
  if (event !== undefined && event.data["agentId"] === undefined)
    deps.mailbox(event.from.session)?.endBatch();
}
