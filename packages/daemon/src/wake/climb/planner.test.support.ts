import { newMessage, idSource, systemClock, type SessionRecord, type WakeAttempt } from "@fleetbus/core";
import type { Delivery } from "@fleetbus/core/bus";
import type { Lease } from "../../inbox/lease.ts";
import { budget, type Budget } from "../budget.ts";
import { WakePlanner } from "./planner.ts";

const at = "2026-01-01T00:00:00.000Z";
const web: SessionRecord = {
  ...{ machine: "lab", name: "web", display: "web", cli: "demo", state: "idle", stateSince: at },
  ...{ startedAt: at, seenAt: at, hooked: true, wake: true, idleGeneration: 1, lastEventId: "a" },
};

const never = () => Promise.reject(new Error("nothing settles these"));
const delivery: Delivery = {
  ...{
    ackSubject: "a",
    subject: "s",
    headers: {},
    data: new Uint8Array(),
    seq: 1,
    time: 0,
    deliveries: 1,
  },
  ...{ ack: never, nak: never, working: never },
};

function leaseOf(body: string): Lease {
  const input = { from: { machine: "lab", session: "me" }, to: { machine: "lab", session: "web" }, body };
  const message = newMessage(
    { ...input, origin: "human" },
    { ids: idSource(systemClock), clock: systemClock },
  );
  return { message, delivery, phase: "waiting", offers: 0, shows: 0, wakes: 0 };
}

/** On a machine that does much else. */
export const soon = { timeout: 20_000 };

/** A budget that never runs out. */
export const freely = () => budget({ count: 100, perMs: 1000 }, systemClock);

/** What becomes of each wake, and the world around. */
export interface Staging {
  /** The adapter that skips a wake had begun to act. */
  readonly hasActed?: boolean;
  /** What a look at its hooks shows. */
  listen?(): Partial<SessionRecord>;
  readonly how?: "skipped" | "typed" | "proved";
  readonly perSession?: Budget;
  onError?(error: unknown): void;
}

/** A planner before one idle session; unless told otherwise each wake is skipped at once. */
export function stage({
  hasActed = false,
  listen = () => ({}),
  how = "skipped",
  perSession = freely(),
  onError = (error) => {
    throw error;
  },
}: Staging = {}) {
  const waiting: Lease[] = [];
  const told: (readonly [string, string])[] = [];
  const attempts: WakeAttempt[] = [];
  let record = web;
  const world = { mayWake: true };
  const planner = new WakePlanner({
    machine: "lab",
    clock: systemClock,
    perSession,
    perFleet: freely(),
    session: () => record,
    wakeful: () => waiting,
    mayWake: () => world.mayWake,
    rungs: () => ["tmux"],
    listen: async () => void (record = { ...record, ...listen() }),
    text: () => "a pointer",
    publish: (attempt) => {
      attempts.push(attempt);
      if (how === "proved") planner.prompted("web", [attempt.nonce]);
      else if (how === "typed") planner.reported(attempt.nonce, undefined);
      else planner.reported(attempt.nonce, "a shell runs in the pane", hasActed);
      return Promise.resolve();
    },
    woken: () => undefined,
    asleep: (leases, reason) => leases.forEach(({ message }) => told.push([message.body, reason])),
    onResult: () => undefined,
    onError,
  });
  const arrive = (body: string) => {
    waiting.push(leaseOf(body));
    planner.changed("web");
  };
  const nextPeriod = () => (record = { ...record, idleGeneration: record.idleGeneration + 1 });
  return { planner, told, attempts, waiting, arrive, nextPeriod, world };
}
