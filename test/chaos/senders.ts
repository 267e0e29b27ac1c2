import { setTimeout as sleep } from "node:timers/promises";
import type { Accepted } from "../support/checker/account.ts";
import type { Fleet } from "../support/fleet/fleet.ts";
import type { Random } from "./random.ts";

/** One who sends for as long as it may. */
export interface Sender {
  /** What the daemon answered "taken" to. */
  readonly accepted: readonly Accepted[];
  /** Requests that were cut off and sent again under the same id. */
  readonly retried: number;
  /** Stops sending; resolves when the last one is taken. */
  stop(): Promise<void>;
}

/** Who it is, to whom it sends, and how often. */
export interface SenderOptions {
  readonly fleet: Fleet;
  readonly name: string;
  readonly targets: readonly string[];
  readonly random: Random;
  readonly everyMs: readonly [number, number];
}

/** Begins to send; each message bears a token of its own, and is sent again until somebody says that it was taken. */
export function startSender({ fleet, name, targets, random, everyMs }: SenderOptions): Sender {
  const accepted: Accepted[] = [];
  const caller = {
    pid: process.pid,
    ancestors: [],
    hasTty: false,
    ...(name === "me" ? {} : { session: name }),
  };
  let isStopped = false;
  let retried = 0;
  const sendOne = async (number: number) => {
    const token = `tok-${name}-${number}`;
    const id = `${name}-${number}-${random.between(0, 2 ** 30)}`;
    const body = { caller, id, target: random.pick(targets), body: `${token} do this`, create: true };
    for (;;) {
      const answer = await fleet.api("POST", "/v1/messages", body).catch(() => undefined); // killed under our hands
      if (answer?.status === 201 || answer?.status === 202) break; // with the server, or in the spool
      if (answer !== undefined && answer.status < 500) throw new Error(`sending ${token}: ${answer.text}`);
      retried += 1;
      await sleep(30);
    }
    accepted.push({ id, token });
  };
  const run = async () => {
    for (let number = 1; !isStopped; number += 1) {
      await sendOne(number);
      await sleep(random.between(...everyMs));
    }
  };
  const running = run();
  running.catch(() => undefined); // told by stop
  return {
    accepted,
    get retried() {
      return retried;
    },
    stop: async () => {
      isStopped = true;
      await running;
    },
  };
}
