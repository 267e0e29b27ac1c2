import { createInbox, type Msg, type Subscription } from "@nats-io/nats-core";
import type { FleetError } from "../../errors/fleet-error.ts";
import { toBusError } from "./errors.ts";
import type { Link } from "./link.ts";

/** One request for messages of a consumer. */
export interface PullRequest {
  /** Names on the server. */
  readonly stream: string;
  readonly consumer: string;
  readonly batch: number;
  /** How long the server keeps it open; without it only what is there at once. */
  readonly expiresMs?: number;
  readonly signal?: AbortSignal;
  onMessage(message: Msg): void;
}

/**
 * How a pull ended: `full` with its whole batch, `empty` by the server's word, `gone` when the server has no such
 * consumer (any more), `silent` when it said nothing to a request for what is there at once, `broken` when it cannot be
 * known what it sent (connection lost, heartbeats missed), `aborted` by whoever asked.
 */
export type PullEnd = "full" | "empty" | "gone" | "silent" | "broken" | "aborted";

/** A request that is under way. */
export interface OpenPull {
  /** Rejects only for a request that the server refuses. */
  readonly ended: Promise<PullEnd>;
  /** Ends it as `aborted`; without effect on one that has ended. */
  cancel(): void;
}

const nanos = 1_000_000;
/** Of the server, so that a silent one is told from an idle one; rare, as each one wakes an idle daemon. */
const heartbeatMs = 10_000;
/** For the last word on a request that is too short for heartbeats. */
const graceMs = 5000;
/** A request for what is there at once gets no answer while the consumer is at its limit of unacknowledged ones. */
const silenceMs = 500;

const turnMs = 30_000;

/**
 * How long a request that only waits is kept open: until the next turn on the caller's monotonic clock, at least as long as
 * there are heartbeats. All that wait then end, begin and hear heartbeats together, and an idle daemon gets up once for them.
 */
export function waitingMs(nowMs: number): number {
  const leftMs = turnMs - (Math.round(nowMs) % turnMs);
  return hasHeartbeat(leftMs) ? leftMs : leftMs + turnMs;
}

/** Asks once. What arrives after the end is given back. */
export function openPull(link: Link, request: PullRequest): OpenPull {
  let started: Pull | undefined;
  const ended = new Promise<PullEnd>((resolve, reject) => {
    started = new Pull(link, request, { resolve, reject });
    started.start();
  });
  return { ended, cancel: () => started?.leave("aborted") };
}

interface Outcome {
  resolve(end: PullEnd): void;
  reject(error: FleetError): void;
}

/** One open request. A class, as it has a life: started once, ended once by whatever comes first. */
class Pull {
  private readonly link: Link;
  private readonly request: PullRequest;
  private readonly outcome: Outcome;
  private readonly inbox: string;
  private readonly subscription: Subscription;
  private readonly cleanups: (() => void)[] = [];
  private received = 0;
  private heardAt = performance.now();
  private silence: NodeJS.Timeout | undefined;
  private isOver = false;

  constructor(link: Link, request: PullRequest, outcome: Outcome) {
    this.link = link;
    this.request = request;
    this.outcome = outcome;
    this.inbox = createInbox(link.inboxPrefix);
    this.subscription = link.nc.subscribe(this.inbox, {
      callback: (error, message) => (error === null ? this.hear(message) : this.fail(error)),
    });
  }

  start(): void {
    const { link, request } = this;
    const abort = () => this.leave("aborted");
    request.signal?.addEventListener("abort", abort);
    this.watchSilence(patienceOf(request));
    const offConnection = link.onConnection((isUp) => isUp || this.leave("broken"));
    this.cleanups.push(offConnection);
    this.cleanups.push(() => clearTimeout(this.silence));
    this.cleanups.push(() => request.signal?.removeEventListener("abort", abort));
    if (request.signal?.aborted === true) return abort();
    if (!link.isConnected()) return this.leave("broken");
    const subject = `${link.js.apiPrefix}.CONSUMER.MSG.NEXT.${request.stream}.${request.consumer}`;
    link.nc.publish(subject, bodyOf(request), { reply: this.inbox });
  }

  private hear(message: Msg): void {
    this.heardAt = performance.now();
    if (message.subject !== this.inbox) return this.take(message);
    const end = endOf(message);
    if (end === "refused") return this.fail(new Error(message.headers?.description ?? "bad request"));
    // What the server called off it may have sent before: only `empty` and `gone` are known to be whole.
    if (end === "broken") return this.leave(end);
    if (end !== undefined) this.finish(end);
  }

  private take(message: Msg): void {
    if (this.isOver) return giveBack(this.link, message);
    this.received += 1;
    this.request.onMessage(message);
    if (this.received === this.request.batch) this.finish("full");
  }

  /** Looks when patience would be over if nothing is heard any more. */
  private watchSilence(patienceMs: number): void {
    const leftMs = this.heardAt + patienceMs - performance.now();
    if (leftMs > 0) this.silence = setTimeout(() => this.watchSilence(patienceMs), Math.ceil(leftMs));
    else this.leave(this.request.expiresMs === undefined ? "silent" : "broken");
  }

  private finish(end: PullEnd): void {
    if (!this.close()) return;
    this.subscription.unsubscribe();
    this.outcome.resolve(end);
  }

  /** Ends before the server did: what is on its way still arrives, and is given back. */
  leave(end: PullEnd): void {
    if (!this.close()) return;
    // A connection that is gone has nothing on its way, and drops the subscription by itself.
    this.subscription.drain().catch(() => undefined);
    this.outcome.resolve(end);
  }

  private fail(error: Error): void {
    if (!this.close()) return;
    this.subscription.unsubscribe();
    const { stream, consumer } = this.request;
    this.outcome.reject(toBusError(error, `pulling from consumer ${consumer} of ${stream}`));
  }

  private close(): boolean {
    if (this.isOver) return false;
    this.isOver = true;
    for (const cleanup of this.cleanups) cleanup();
    return true;
  }
}

/** Sent without waiting: at worst it comes back after the acknowledgement wait. */
export function giveBack(link: Link, message: Msg): void {
  if (message.reply !== undefined && !link.nc.isClosed()) link.nc.publish(message.reply, "-NAK");
}

function bodyOf({ batch, expiresMs }: PullRequest): string {
  if (expiresMs === undefined) return JSON.stringify({ batch, no_wait: true });
  const heartbeat = hasHeartbeat(expiresMs) ? { idle_heartbeat: heartbeatMs * nanos } : {};
  return JSON.stringify({ batch, expires: expiresMs * nanos, ...heartbeat });
}

function patienceOf({ expiresMs }: PullRequest): number {
  if (expiresMs === undefined) return silenceMs;
  return hasHeartbeat(expiresMs) ? heartbeatMs * 2 : expiresMs + graceMs;
}

/** The server takes none that is over half of the request's time. */
function hasHeartbeat(expiresMs: number): boolean {
  return expiresMs > heartbeatMs * 2;
}

/** Status messages of a pull, as the server's source and its answers show them. */
function endOf(status: Msg): PullEnd | "refused" | undefined {
  const description = status.headers?.description ?? "";
  switch (status.headers?.code) {
    case 100:
      return undefined;
    case 404:
    case 408:
      return "empty";
    case 503:
      return "gone";
    case 400:
      return "refused";
    default:
      return /consumer deleted/i.test(description) ? "gone" : "broken";
  }
}
