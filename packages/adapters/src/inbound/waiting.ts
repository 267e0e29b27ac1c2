import { createHash } from "node:crypto";
import { FleetError, unlessAborted } from "@fleetbus/core";
import { settlement } from "../waiting/settlement.ts";
import { refusedAnswer, type HttpAnswer } from "./http/answer.ts";
import type { SignedRequest } from "./http/request.ts";
import { askedIn, type Asked } from "./said.ts";

/** A request on its way to the host; all who send it meanwhile get the one verdict. */
export interface Pending extends Asked {
  readonly id: string;
  readonly digest: string;
  readonly verdict: Promise<HttpAnswer>;
  /** It is answered so, and waits no more. */
  settle(answer: HttpAnswer): void;
}

/** Requests that wait for the host, oldest first. */
export interface Waiting {
  /** The request, or the one of its id that waits already. Throws a FleetError for what cannot wait. */
  add(request: SignedRequest): Pending;
  /** The oldest; waits for one. */
  first(signal: AbortSignal): Promise<Pending>;
  /** Answers all of them so, and hangs up. */
  end(answer: HttpAnswer): void;
}

/** Nobody waits yet. */
export function waitingFor(maxWaiting: number): Waiting {
  const all = new Map<string, Pending>();
  let wake: () => void = () => undefined;
  const add = (request: SignedRequest): Pending => {
    const digest = createHash("sha256").update(request.body).digest("hex");
    const there = all.get(request.id);
    if (there !== undefined) return sameOf(there, digest);
    if (all.size >= maxWaiting)
      throw new FleetError("unavailable", `taking request ${request.id}: too many wait already`);
    const { settled, settle } = settlement<HttpAnswer>();
    const asked = askedIn(request.body, request.isEnvelope);
    const pending: Pending = {
      ...{ id: request.id, digest, verdict: settled, ...asked },
      settle: (answer) => {
        all.delete(request.id);
        settle(answer);
      },
    };
    all.set(request.id, pending);
    wake();
    return pending;
  };
  const first = async (signal: AbortSignal): Promise<Pending> => {
    for (;;) {
      signal.throwIfAborted();
      const [oldest] = all.values();
      if (oldest !== undefined) return oldest;
      const { settled: added, settle } = settlement<void>();
      wake = settle;
      await unlessAborted(added, signal);
    }
  };
  return {
    add,
    first,
    end: (answer) => {
      const headers = { ...answer.headers, connection: "close" };
      for (const pending of all.values()) pending.settle({ ...answer, headers });
    },
  };
}

function sameOf(there: Pending, digest: string): Pending {
  if (there.digest === digest) return there;
  throw new FleetError("conflict", `taking request ${there.id}: another one of this id is under way`);
}

/** What a sender is told that came to nobody: the same again, later. */
export function later(reason: string): HttpAnswer {
  return refusedAnswer(new FleetError("unavailable", reason));
}
