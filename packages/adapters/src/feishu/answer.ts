import { z } from "zod";
import { FleetError, sanitiseLine, type ErrorCode } from "@fleetbus/core";
import { jsonOf } from "../http/answer.ts";
import type { HttpReply } from "../http/call.ts";

const answer = z.object({ code: z.int(), msg: z.string().optional() });

/** Feishu's own codes; any other is `failed`, a status of its own aside. */
const codes: Readonly<Record<number, ErrorCode>> = {
  11232: "unavailable", // frequency limited
  99991400: "unavailable", // the gateway's limit
  19001: "unauthorized", // the token in the URL
  19021: "unauthorized", // the signature, or a clock an hour off
  19022: "refused", // an address that the bot does not allow
  19024: "refused", // none of the bot's keywords in the text
};

/** The body's code where it has a meaning of its own; the HTTP status says too little. */
export function codeOf({ body }: HttpReply): ErrorCode | undefined {
  const said = answer.safeParse(jsonOf(body));
  return said.success ? codes[said.data.code] : undefined;
}

/** Throws unless the body's code is 0. */
export function requireZero(doing: string, reply: HttpReply): void {
  const said = answer.safeParse(jsonOf(reply.body));
  if (said.success && said.data.code === 0) return;
  const words = sanitiseLine(reply.body).slice(0, 300);
  const what = said.success
    ? `code ${said.data.code}, ${sanitiseLine(said.data.msg ?? "")}`
    : `no answer of its own, ${words}`;
  throw new FleetError(codeOf(reply) ?? "failed", `${doing}: ${what}`, {
    details: { status: reply.status, answer: words },
  });
}
