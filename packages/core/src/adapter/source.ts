import type { FleetError } from "../errors/fleet-error.ts";

/** How a source knows who speaks, and how many may listen; the host and the config check go by it. */
export interface SourceTraits {
  /**
   * `sender`: the far side vouches for who speaks, by a name that the config can list. `signature`: the source yields
   * only what bore a signature that it checked. `token`: anybody may speak there, and only a token of fleet's counts.
   */
  readonly vouches: "sender" | "signature" | "token";
  /** The far side knows one listener: of several machines one listens, the others wait. */
  readonly isExclusive: boolean;
  /** It only listens: `open` gives no sink. The config check knows by it that nobody is reached there. */
  readonly isAlone?: true;
  /** Own keys, optional for a sink, without which nothing comes back. */
  readonly needs?: readonly string[];
  /** What one must know to be heard there: Markdown, a point each, for its docs page. */
  readonly notes?: readonly string[];
}

/** What somebody out there said. Not sanitised yet: the host does that once, for all. */
export type Said =
  | {
      readonly type: "text";
      readonly text: string;
      /** What it answers: the provider's id of something that the sink of this instance sent. */
      readonly answers?: string;
      /** What it answers: a token of a notice's `reply`. */
      readonly token?: string;
      /** A target, as `fleet pub` takes it, where the far side has a place for one. */
      readonly to?: string;
    }
  /** One of the choices that a notice or a question offered. */
  | { readonly type: "choice"; readonly token: string }
  /** An adapter's sends a day from now on; undefined: as the config says. Only what is signed may say so. */
  | { readonly type: "quota"; readonly adapter: string; readonly daily: number | undefined };

/** What a person may pick instead of writing. */
export interface Choice {
  readonly label: string;
  /** What comes back when it is picked: at most 32 characters of a-z, 0-9 and -. */
  readonly token: string;
}

/** What the far side is told of something that was taken. */
export interface SourceAnswer {
  /** One line of sanitised plain text, as `→ lab/web: stored`. */
  readonly line: string;
  /** The message that it became. */
  readonly message?: { readonly id: string; readonly to: string };
  /** The line is a question, and one of these its answer. */
  readonly choices?: readonly Choice[];
}

/** One thing that a source took from the world. The host calls exactly one of `ack` and `nak`, once. */
export interface SourceDelivery {
  /** The far side's own id: the same when it comes again. The host takes each once. */
  readonly id: string;
  /** Who says it, as far as the far side vouches for it. `id` is compared with the config's list, `name` is only shown. */
  readonly sender?: { readonly id: string; readonly name?: string };
  readonly said: Said;
  /**
   * It stands; it must not come again. Resolves with the far side's id of the answer, where one was given: it may be answered
   * too. Where the far side cannot be told, a source either resolves without an id and says so in the log, or rejects and
   * hands the same over again later: the host takes nothing twice, and gives the same answer. In both cases it listens on.
   */
  ack(answer: SourceAnswer): Promise<{ readonly providerId?: string }>;
  /**
   * Retryable errors: it is to come again, not before `details.retryAfterMs`. All others: it is refused for good, and the
   * far side is told the message, but for `details.isSilent` (a stranger learns nothing); where that fails, as `ack`.
   */
  nak(error: FleetError): Promise<void>;
}

/**
 * World → bus. The host calls `connect` once before `receive` and `close` once after it; `receive` yields until the signal
 * aborts, and throws a retryable FleetError where the far side is away: the host then asks for it again, with back-off. One
 * delivery is handed over at a time. A source never retries, never rates, never sanitises, never decides where a thing goes.
 */
export interface Source {
  connect(signal: AbortSignal): Promise<void>;
  receive(signal: AbortSignal): AsyncIterable<SourceDelivery>;
  close(): Promise<void>;
}
