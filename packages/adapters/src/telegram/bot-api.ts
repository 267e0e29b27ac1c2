import { z } from "zod";
import { FleetError, timeLimit, type AdapterContext } from "@fleetbus/core";
import { jsonOf } from "../http/answer.ts";
import { callHttp, type HttpCall, type HttpReply } from "../http/call.ts";
import type { TelegramConfig } from "./adapter.ts";

/** One bot, and what calls of it need. */
export interface Bot {
  readonly config: TelegramConfig;
  readonly context: AdapterContext;
}

/** One question to the Bot API. */
export interface BotCall<T> {
  /** For messages: "listening to Telegram". */
  readonly doing: string;
  readonly method: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** What its `result` is like. */
  readonly result: z.ZodType<T>;
}

const limited = z.object({ parameters: z.object({ retry_after: z.number().min(0) }) });
/** As long as the host lets a call take (30 s, egress), for a host that does not: nothing hangs for ever. */
const longestMs = 30_000;

/**
 * The `result` of one call. Rejects with `unauthorized` where the token is none, with `unavailable` where nothing came
 * back in time, or what no Bot API says (a proxy's page), else as `callHttp` does. The token is in no error.
 */
export async function callBot<T>(bot: Bot, call: BotCall<T>, signal: AbortSignal): Promise<T> {
  const { doing, method, parameters, result } = call;
  const limit = timeLimit(longestMs);
  const judging = { doing, saidMs, signal: AbortSignal.any([signal, limit]) };
  const reply = await callHttp(jsonCall(bot.config, method, parameters), bot.context, judging).catch(
    (error: unknown) => {
      signal.throwIfAborted();
      if (limit.aborted) throw new FleetError("unavailable", `${doing}: no answer within ${longestMs} ms`);
      throw withWay(error, doing);
    },
  );
  const said = z.object({ ok: z.literal(true), result }).safeParse(jsonOf(reply.body));
  if (said.success) return said.data.result;
  throw new FleetError("unavailable", `${doing}: HTTP ${reply.status} with what no Bot API says`);
}

/** A call with its parameters as JSON. */
export function jsonCall(config: TelegramConfig, method: string, parameters: object): HttpCall {
  return {
    ...methodOf(config, method),
    ...{ headers: { "content-type": "application/json" }, body: JSON.stringify(parameters) },
  };
}

/** The Bot API wants its token in the path: it is a secret of each call. */
export function methodOf({ api, token }: TelegramConfig, method: string): Pick<HttpCall, "url" | "secrets"> {
  const key = token.slice(token.indexOf(":") + 1);
  return { url: `${api.replace(/\/+$/, "")}/bot${token}/${method}`, secrets: [token, key] };
}

/** The time to wait that an answer names in its body. */
export function saidMs({ body }: HttpReply): number | undefined {
  const said = limited.safeParse(jsonOf(body));
  return said.success ? said.data.parameters.retry_after * 1000 : undefined;
}

/** A path without a bot behind it is a wrong token: 401 for one that was revoked, 404 for one that never was. */
function withWay(error: unknown, doing: string): unknown {
  if (!(error instanceof FleetError)) return error;
  const { details } = error;
  if (details["status"] !== 401 && details["status"] !== 404) return error;
  const text = `${doing}: there is no bot of this token; @BotFather knows the one that it has now`;
  return new FleetError("unauthorized", text, { details });
}
