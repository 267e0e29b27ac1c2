import {
  FleetError,
  httpFailure,
  messageOf,
  toFleetError,
  type AdapterContext,
  type ErrorCode,
} from "@fleetbus/core";
import { masked } from "./masked.ts";

/** One request to a far side. */
export interface HttpCall {
  readonly url: string;
  readonly method?: "POST" | "PUT" | "GET" | "DELETE";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer> | FormData;
  /** What no error may show, whoever echoes it (`secretsIn` for those of a URL). */
  readonly secrets?: readonly string[];
}

/** What came back, read whole; without the call's secrets. */
export interface HttpReply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** How a channel words and judges its calls. */
export interface Judgement {
  /** For messages: "posting to Slack". */
  readonly doing: string;
  /** A time to wait that stands in the body, in ms. */
  saidMs?(reply: HttpReply): number | undefined;
  /** What an answer that is no success means, where the service's own code says more than its status. */
  codeOf?(reply: HttpReply): ErrorCode | undefined;
}

/** Calls the far side once. Rejects with `httpFailure` for any status but 2xx, with `unavailable` where nothing came back. */
export async function callHttp(
  call: HttpCall,
  context: Pick<AdapterContext, "fetch" | "clock">,
  { signal, ...judging }: Judgement & { readonly signal: AbortSignal },
): Promise<HttpReply> {
  const reply = await exchange(call, context.fetch, signal).catch((error: unknown) => {
    signal.throwIfAborted();
    throw callFailure(error, judging.doing, call.secrets);
  });
  if (reply.status >= 200 && reply.status < 300) return reply;
  throw judged(reply, judging, context.clock.now());
}

function judged(reply: HttpReply, { doing, saidMs, codeOf }: Judgement, nowMs: number): FleetError {
  const failure = httpFailure(doing, { ...reply, saidMs: saidMs?.(reply) }, nowMs);
  const code = codeOf?.(reply);
  return code === undefined ? failure : new FleetError(code, failure.message, { details: failure.details });
}

async function exchange(
  { url, method = "POST", headers = {}, body, secrets = [] }: HttpCall,
  fetch: AdapterContext["fetch"],
  signal: AbortSignal,
): Promise<HttpReply> {
  const init = { method, headers: { ...headers }, signal, redirect: "manual" as const };
  const response = await fetch(url, body === undefined ? init : { ...init, body });
  const { status, headers: answered } = response;
  return { status, headers: answered, body: masked(await response.text(), secrets) };
}

/** What the host's guard says stays as it is; all else is a far side that is not there. The URL may hold a secret and is not named. */
export function callFailure(error: unknown, doing: string, secrets: readonly string[] = []): FleetError {
  if (error instanceof Error && error.name === "FleetError") return toFleetError(error);
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return new FleetError("unavailable", `${doing}: ${masked(messageOf(cause), secrets)}`, { cause: error });
}
