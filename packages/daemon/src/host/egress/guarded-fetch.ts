import type { LookupFunction } from "node:net";
import { Agent, fetch as send } from "undici";
import { FleetError } from "@fleetbus/core";
import { allowanceOf } from "./allowance.ts";
import { answerOf } from "./answer.ts";
import { guardedConnector } from "./connector.ts";
import { deadline } from "./deadline.ts";
import { guardedAddresses, type AddressesOf } from "./guarded-addresses.ts";
import { failureOf } from "./failure.ts";
import { maskedUrl } from "./masked-url.ts";
import { signalOf } from "./signal.ts";

/** What one adapter may call, and how much of it. */
export interface EgressOptions {
  /** Private hosts it may call: `host` or `host:port`, as in `allow_private`. Throws `config` for one that is neither. */
  readonly allowPrivate: readonly string[];
  /** From the call to the answer's last byte; 30 s. */
  readonly timeoutMs?: number;
  /** Longest silence of a stream that the call asked for, as `accept: application/x-ndjson`; 2 minutes. */
  readonly silenceMs?: number;
  /** Of an answer, decompressed; 1 MiB. */
  readonly maxBytes?: number;
  /** How names are resolved; the system's way where absent. */
  readonly lookup?: LookupFunction;
}

/** A way out that is safe to lend, with the connections behind it. */
export interface Egress {
  readonly fetch: typeof fetch;
  /** The same guard for an adapter that opens connections of its own. */
  readonly addressesOf: AddressesOf;
  /** Ends all connections, also those in use. */
  close(): Promise<void>;
}

const defaults = { timeoutMs: 30_000, silenceMs: 120_000, maxBytes: 1_048_576 };

/**
 * The one way out for adapters (ECOSYSTEM.md, security 2). http and https only; no private, local or metadata address in
 * any spelling, checked on the connecting socket, but those of `allowPrivate`; no redirect is followed; time and bytes
 * are bounded; a stream that the call asked for and got is bounded by its silence instead, its bytes as any answer's. Rejects with FleetError: `refused` by the guard, `config` for a URL that cannot work, `unavailable` where
 * another try may help; the body's reader rejects the same way (`too_large`). Errors name the host and no secret of the
 * URL. An abort by the caller rejects with the signal's own reason.
 */
export function guardedFetch(options: EgressOptions): Egress {
  const { timeoutMs, silenceMs, maxBytes } = { ...defaults, ...options };
  const allowance = allowanceOf(options.allowPrivate);
  const agent = new Agent({ connect: guardedConnector(allowance, options.lookup) });
  const guarded: typeof fetch = async (input, init = {}) => {
    const url = urlOf(input instanceof Request ? input.url : input);
    const caller = signalOf(init.signal ?? (input instanceof Request ? input.signal : undefined));
    const bounds = { url, maxBytes, timeoutMs, caller, limit: deadline(timeoutMs) };
    caller?.throwIfAborted();
    const signal = AbortSignal.any([bounds.limit.signal, ...(caller === undefined ? [] : [caller])]);
    const request = await plain(url, input, init);
    try {
      const response = await send(url, { ...request, signal, dispatcher: agent, redirect: "manual" });
      const isStream = isStreamFor(request.headers, response.headers);
      return answerOf(response, isStream ? { ...bounds, timeoutMs: silenceMs, isStream } : bounds);
    } catch (error) {
      throw failureOf(error, bounds);
    }
  };
  const addressesOf = guardedAddresses(allowance, options.lookup);
  return { fetch: guarded, addressesOf, close: () => agent.destroy() };
}

function urlOf(input: string | URL): URL {
  const url = typeof input === "string" ? URL.parse(input) : input;
  if (url === null) throw new FleetError("config", "calling an address: it is no URL");
  const doing = `calling ${maskedUrl(url)}`;
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw new FleetError("config", `${doing}: only http and https are called, not ${url.protocol}`);
  if (url.username !== "" || url.password !== "")
    throw new FleetError("config", `${doing}: a user or password in the URL; use the adapter's own keys`);
  return url;
}

const streams: ReadonlySet<string> = new Set(["application/x-ndjson", "text/event-stream"]);

/** A stream is one that was asked for: no far side makes a call last longer than its caller meant. */
function isStreamFor(
  asked: readonly [string, string][],
  answered: { get(name: string): string | null },
): boolean {
  const wanted = asked.find(([name]) => name === "accept")?.[1] ?? "";
  return streams.has(wanted) && answered.get("content-type")?.split(";")[0] === wanted;
}

/** What undici's fetch takes of the platform's Request: bodies of all kinds, forms too, become bytes with their type. */
async function plain(url: URL, input: string | URL | Request, init: RequestInit) {
  const { signal: _, ...rest } = init;
  const request = new Request(input instanceof Request ? input : url, rest);
  return {
    method: request.method,
    headers: [...request.headers],
    body: request.body === null ? null : await request.arrayBuffer(),
  };
}
