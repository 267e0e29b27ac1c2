import { FleetError, httpFailure, messageOf, type AdapterContext } from "@fleetbus/core";
import type { Config } from "./config.ts";

/** One request to the far side. */
export interface Call {
  readonly doing: string;
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: object;
}

/** For whom, and until when. */
export interface Caller {
  readonly config: Config;
  readonly context: AdapterContext;
  readonly signal: AbortSignal;
}

/**
 * Sends a request once and gives what the far side answered, undefined for nothing. Throws FleetErrors by whose code the
 * host tries again, or does not: it is the host that waits, counts and repeats.
 */
export async function call({ doing, method, path, body }: Call, caller: Caller): Promise<unknown> {
  const { config, context, signal } = caller;
  const headers = { authorization: `Bearer ${config.token}`, "content-type": "application/json" };
  const payload = body === undefined ? {} : { body: JSON.stringify(body) };
  try {
    const answer = await context.fetch(new URL(path, config.url), { method, headers, ...payload, signal });
    const { status, headers: answered } = answer;
    const words = (await answer.text()).replaceAll(config.token, "[redacted]"); // a far side may echo it
    if (!answer.ok) throw httpFailure(doing, { status, headers: answered, body: words }, context.clock.now());
    return words === "" ? undefined : JSON.parse(words);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof FleetError) throw error;
    throw new FleetError("unavailable", `${doing}: ${messageOf(error)}`, { cause: error });
  }
}
