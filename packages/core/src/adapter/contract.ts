import type { z } from "zod";
import type { Clock } from "../clock.ts";
import type { FleetEvent } from "../event/event.ts";
import type { Notice, TextTraits } from "./notice.ts";
import type { Source, SourceTraits } from "./source.ts";

/**
 * What an adapter can do, declared as data: it feeds the host (rates, splitting), the docs and adapterConformance.
 */
export interface AdapterTraits {
  /** The far side drops a second send of the same event id. */
  readonly idempotent: boolean;
  /** Sends must not overlap: the host waits for one before the next. */
  readonly ordered: boolean;
  /** Longest rendered payload in bytes the far side takes. */
  readonly maxBytes?: number;
  /** Sends per period the far side allows. */
  readonly rate?: { readonly count: number; readonly perMs: number };
  /** What a returned receipt proves: the far side took it, a device showed it, or nothing. */
  readonly proves: "nothing" | "accepted" | "shown";
  /**
   * It acts on the machine it runs on (a pane, a toast): instances of one name on several machines take each event each.
   * All others share the work: exactly one of them takes an event.
   */
  readonly isLocal?: boolean;
}

/** The short form of a config: one URL, as `ntfy://ntfy.sh/agents`. */
export interface UrlForm {
  /** Without the colon; no two adapters share one. */
  readonly schemes: readonly string[];
  /** The adapter's own keys, not yet validated; throws `config` for a URL that lacks something. */
  parse(url: URL): Readonly<Record<string, unknown>>;
}

/** The static half of an adapter: the config spec is the documentation (docs page, defaults, JSON Schema, validation come from it). */
export interface AdapterSpec<Config> {
  /** One word; folder, config `type`, docs page and error prefix all bear it. */
  readonly type: string;
  readonly summary: string;
  /** Every field carries `.describe()`; secrets carry `.meta({ secret: true })`. */
  readonly config: z.ZodType<Config>;
  readonly examples: readonly {
    readonly title: string;
    readonly config: Readonly<Record<string, unknown>>;
  }[];
  readonly traits: AdapterTraits;
  /** For adapters whose far side is a person: the host renders a notice within these limits. */
  readonly text?: TextTraits;
  /** Its limits under one config, where that has a say in them; `text` holds where it says nothing. */
  textOf?(config: Config): TextTraits;
  readonly urls?: UrlForm;
  /** For adapters that can listen too: what `open` gives has a source. It is used where the config has `replies`, or there is no sink. */
  readonly source?: SourceTraits;
  /** Event kinds it takes where the config names none; `wake.<rung>` for a rung of the wake ladder. */
  readonly on?: readonly string[];
}

/** What the host lends an adapter. Adapters read no environment, no files and never see the bus. */
export interface AdapterContext {
  /** The instance's name in the machine's config. */
  readonly name: string;
  /** The fleet's namespace. */
  readonly ns: string;
  readonly log: AdapterLog;
  readonly clock: Clock;
  /** Guarded: no private address that the config does not allow, no redirect, bounded in time and bytes. */
  readonly fetch: typeof fetch;
  /**
   * For an adapter that opens connections of its own: the addresses that a place may be called at, under the same guard.
   * It connects to one of these literals, not to the name, so that no second answer of a resolver can differ. Rejects with
   * `refused` for a private place that the config does not allow, with `unavailable` for a name that has no address.
   */
  addressesOf(host: string, port: number): Promise<readonly string[]>;
  /** Whether a wake is still wanted; to be asked right before acting on it (DESIGN §6). Never throws. */
  stillWanted(nonce: string): Promise<boolean>;
}

/** Structured logging: fields first, then a message. */
export interface AdapterLog {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** What a send proves. */
export interface SendReceipt {
  /** The far side's own id for it. */
  readonly providerId?: string;
  /** Set when the sink chose not to act (a wake no longer wanted, a pane that is not safe to type in), with the reason. */
  readonly skipped?: string;
}

/**
 * Bus → world. The host calls `connect` once before the first `send` and `close` once after the last, from one place;
 * `send` may overlap unless `traits.ordered`. A send that rejects with a retryable FleetError is repeated by the host
 * with back-off (not before `details.retryAfterMs`, where it has that), any other goes to the dead letters. Sinks never
 * retry, rate, batch or shorten. `notice` is what a person is to read of the event; a sink for programs ignores it.
 */
export interface Sink {
  connect(signal: AbortSignal): Promise<void>;
  send(event: FleetEvent, signal: AbortSignal, notice: Notice): Promise<SendReceipt>;
  close(): Promise<void>;
}

/** The outcome of one check of `fleet doctor`. */
export interface CheckResult {
  readonly isOk: boolean;
  readonly text: string;
  /** What to do when it is not ok. */
  readonly way?: string;
}

/** An adapter: a spec, a way to open it and, where it can, a check. */
export interface Adapter<Config = unknown> {
  readonly spec: AdapterSpec<Config>;
  /**
   * Makes both halves and begins nothing: that is for `connect`. The host opens the sink and the source apart, each from an
   * `open` of its own, and the source anew after it failed; the other half of each is never connected. All of one instance
   * are opened with the very same context: what its halves share is kept by that.
   */
  open(config: Config, context: AdapterContext): { readonly sink?: Sink; readonly source?: Source };
  check?(config: Config, context: AdapterContext): Promise<readonly CheckResult[]>;
}

/** Types an adapter; adds nothing at run time. */
export function defineAdapter<Config>(adapter: Adapter<Config>): Adapter<Config> {
  return adapter;
}
