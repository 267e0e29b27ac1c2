import { foldEvent, type FleetEvent, type Message, type SessionRecord } from "@fleetbus/core";
import { fakeClock } from "@fleetbus/core/testing";
import { registry } from "../session/registry.ts";
import type { Account } from "./account.ts";
import { outcomes, type OutcomeDeps, type Outcomes } from "./outcomes.ts";

/** Sessions whose ends are told, and what their supervisors got. */
export interface Crew {
  readonly clock: ReturnType<typeof fakeClock>;
  readonly told: Message[];
  readonly outcomes: Outcomes;
  readonly answering: Set<string>;
  /** What a session's turn is about. */
  readonly causes: Map<string, readonly Message[]>;
  readonly refused: string[];
  /** What woken turns have cost. */
  readonly accounts: Account[];
  readonly deps: OutcomeDeps;
  /** Starts a session and lets it work on a prompt. */
  work(name: string, data?: object): void;
  /** An event of a session; its id. Then what ended is told. */
  hear(name: string, kind: string, data?: object): Promise<string>;
  /** As a daemon that starts again with the same records. */
  restart(): Promise<Outcomes>;
  record(name: string): SessionRecord | undefined;
}

/** Makes one without sessions. */
export function crew(extra: Partial<OutcomeDeps> = {}): Crew {
  const clock = fakeClock();
  let count = 0;
  const told: Message[] = [];
  const refused: string[] = [];
  const accounts: Account[] = [];
  const answering = new Set<string>();
  const causes = new Map<string, readonly Message[]>();
  const known = registry({
    store: { save: () => undefined, remove: () => undefined, load: async () => [], flush: async () => {} },
    fold: foldEvent,
    onChange: (change) => made.outcomes.heard(change),
  });
  const deps: OutcomeDeps = {
    ...{ clock, ids: () => `m${++count}`, all: known.all, find: known.find, keep: known.restore },
    sessions: () => Promise.resolve(known.all()),
    rule: () => "all",
    causes: (name) => causes.get(name) ?? [],
    isAnswering: (name) => answering.has(name),
    maxHops: () => 16,
    learn: () => Promise.resolve({}),
    account: (account) => void accounts.push(account),
    publish: (message) => Promise.resolve(told.push(message)),
    refuse: (_, reason) => refused.push(reason),
    onError: (error) => {
      throw error;
    },
    ...extra,
  };
  const apply = (name: string, kind: string, data: object) => {
    const from = { machine: "lab", session: name };
    const time = new Date(clock.now()).toISOString();
    const id = `e${String(++count).padStart(4, "0")}`;
    const event: FleetEvent = { id, kind, from, time, origin: "system", data: { cli: "claude", ...data } };
    known.apply(event);
    return id;
  };
  const made = {
    ...{ clock, told, refused, accounts, answering, causes, deps, outcomes: outcomes(deps) },
    record: known.find,
    work: (name: string, data: object = {}) => {
      apply(name, "session.started", { pid: 7, ...data });
      apply(name, "prompt.submitted", { promptId: `p${count}` });
    },
    hear: async (name: string, kind: string, data: object = {}) => {
      const id = apply(name, kind, data);
      made.outcomes.flush(name);
      await clock.advance(0);
      return id;
    },
    restart: async () => {
      made.outcomes = outcomes(deps);
      made.outcomes.begin();
      await clock.advance(0);
      return made.outcomes;
    },
  };
  made.outcomes.begin();
  return made;
}
