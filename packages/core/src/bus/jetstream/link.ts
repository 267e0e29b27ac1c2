import type { JetStreamClient, JetStreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/nats-core";
import { FleetError } from "../../errors/fleet-error.ts";
import { toBusError } from "./errors.ts";

/** The connection that everything on the bus goes through. */
export interface Link {
  readonly nc: NatsConnection;
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
  /** For one answer of the server. */
  readonly timeoutMs: number;
  readonly inboxPrefix: string | undefined;
  /** Aborts when the connection is closed for good. */
  readonly closed: AbortSignal;
  isConnected(): boolean;
  onConnection(listener: (isConnected: boolean) => void): () => void;
  /** Runs one exchange with the server: rejects at once while it is away or when it goes, and only with FleetErrors. */
  call<T>(doing: string, work: () => Promise<T>): Promise<T>;
  /** Resolves when connected, or when either signal aborts. */
  whenConnected(signal: AbortSignal): Promise<void>;
  /** Something went wrong that no caller waits for; the bus goes on. */
  report(error: FleetError): void;
  close(): Promise<void>;
}

/** What a link is made of. */
export interface LinkParts extends Pick<Link, "nc" | "js" | "jsm" | "timeoutMs" | "inboxPrefix" | "report"> {}

const flushMs = 1000;

/** A link on an open connection, which it owns from now on. */
export function linkOn(parts: LinkParts): Link {
  const { nc } = parts;
  const closing = new AbortController();
  const listeners = new Set<(isConnected: boolean) => void>();
  let isUp = true;
  const set = (next: boolean) => {
    if (isUp === next) return;
    isUp = next;
    for (const listener of listeners) listener(next);
  };
  const isConnected = () => isUp;
  const onConnection = (listener: (isConnected: boolean) => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  const end = () => {
    closing.abort();
    set(false);
  };
  const watching = watch(parts, set).finally(end);
  return {
    ...parts,
    closed: closing.signal,
    isConnected,
    onConnection,
    call: exchanges({ isConnected, onConnection }),
    whenConnected: (signal) => whenConnected({ isConnected, onConnection, closed: closing.signal }, signal),
    close: async () => {
      const wasUp = isUp;
      end();
      if (wasUp) await flush(nc);
      await nc.close();
      await watching;
    },
  };
}

/** Follows the connection until it is closed. */
async function watch(parts: LinkParts, set: (isConnected: boolean) => void): Promise<void> {
  for await (const status of parts.nc.status()) {
    if (status.type === "disconnect") set(false);
    else if (status.type === "reconnect") set(true);
    else if (status.type === "error") parts.report(toBusError(status.error, "using the bus"));
  }
}

type Watchable = Pick<Link, "isConnected" | "onConnection">;

/** Requests in flight do not learn by themselves that their connection is gone: they would wait for their timeout. */
function exchanges({ isConnected, onConnection }: Watchable): Link["call"] {
  const inFlight = new Set<() => void>();
  onConnection((isUp) => {
    if (isUp) return;
    for (const lose of inFlight) lose();
    inFlight.clear();
  });
  return (doing, work) =>
    new Promise((resolve, reject) => {
      const lose = () => reject(new FleetError("unavailable", `${doing}: the server is away`));
      if (!isConnected()) return lose();
      inFlight.add(lose);
      work().then(
        (value) => {
          inFlight.delete(lose);
          resolve(value);
        },
        (error: unknown) => {
          inFlight.delete(lose);
          reject(toBusError(error, doing));
        },
      );
    });
}

function whenConnected(link: Watchable & Pick<Link, "closed">, signal: AbortSignal): Promise<void> {
  const over = AbortSignal.any([signal, link.closed]);
  return new Promise((resolve) => {
    if (link.isConnected() || over.aborted) return resolve();
    const done = () => {
      off();
      over.removeEventListener("abort", done);
      resolve();
    };
    const off = link.onConnection((isUp) => isUp && done());
    over.addEventListener("abort", done);
  });
}

/** What was sent last, as the deliveries given back, reaches the server before the connection closes. */
async function flush(nc: NatsConnection): Promise<void> {
  const timer = new AbortController();
  const late = new Promise<void>((resolve) => {
    const timeout = setTimeout(resolve, flushMs);
    timer.signal.addEventListener("abort", () => clearTimeout(timeout));
  });
  // A server that goes meanwhile takes nothing more: closing goes on.
  await Promise.race([nc.flush().catch(() => undefined), late]);
  timer.abort();
}
