import { errors, type NatsConnection } from "@nats-io/nats-core";
import { FleetError } from "../../../errors/fleet-error.ts";
import { timeLimit } from "../../../time-limit.ts";
import { unlessAborted } from "../../../unless-aborted.ts";
import { foreignFailure } from "./failure.ts";

const exchangeMs = 10_000;

/** What one exchange is about. */
export interface About {
  readonly doing: string;
  /** What is published on. */
  readonly subject: string;
  readonly signal: AbortSignal;
}

/** Runs one exchange with the server; ends it with its signal, its time, its connection, or a permission that is missing. */
export type Exchange = <T>(about: About, work: () => Promise<T>) => Promise<T>;

/** The exchanges of one connection. */
export interface Exchanges {
  readonly exchange: Exchange;
  /** Aborts when the connection is over. */
  readonly ended: AbortSignal;
  end(): void;
}

type Denied = InstanceType<typeof errors.PermissionViolationError>;

/** Follows a connection until it is over, and tells the exchanges in flight what becomes of it. */
export function exchanges(nc: NatsConnection, place: string): Exchanges {
  const over = new AbortController();
  const inFlight = new Set<{ readonly subject: string; deny(error: Denied): void }>();
  const end = () => over.abort(new FleetError("unavailable", `using ${place}: the connection is closed`));
  const deny = (error: Denied) => {
    for (const one of inFlight) if (concerns(error, one.subject)) one.deny(error);
  };
  watch(nc, deny).then(end, end);
  return {
    end,
    ended: over.signal,
    exchange: async ({ doing, subject, signal }, work) => {
      signal.throwIfAborted();
      const denied = new AbortController();
      const one = { subject, deny: (error: Denied) => denied.abort(error) };
      inFlight.add(one);
      const until = AbortSignal.any([signal, over.signal, denied.signal, timeLimit(exchangeMs)]);
      try {
        const value = await unlessAborted(work(), until);
        if (denied.signal.aborted) throw denied.signal.reason;
        return value;
      } catch (error) {
        signal.throwIfAborted();
        throw error instanceof DOMException ? late(error, doing) : foreignFailure(error, doing);
      } finally {
        inFlight.delete(one);
      }
    },
  };
}

async function watch(nc: NatsConnection, deny: (error: Denied) => void): Promise<void> {
  for await (const status of nc.status())
    if (status.type === "error" && status.error instanceof errors.PermissionViolationError)
      deny(status.error);
}

/** Without its inbox no answer ever comes, whatever it is to. */
function concerns({ operation, subject }: Denied, of: string): boolean {
  return operation === "subscription" || subject === of;
}

function late(cause: DOMException, doing: string): FleetError {
  return new FleetError("unavailable", `${doing}: the server did not answer in time`, { cause });
}
