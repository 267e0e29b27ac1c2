import type { SMTPConnectionCustomAuthHandler } from "nodemailer/lib/smtp-connection";
import { z } from "zod";
import { FleetError, type AdapterContext } from "@fleetbus/core";
import { callHttp } from "../../http/call.ts";
import type { EmailConfig } from "../config.ts";

const doing = "getting a token for the mail account";
/** A token is not used so near to its end. */
const spareMs = 60_000;
const answerSchema = z.object({
  access_token: z.string().min(1),
  expires_in: z.number().positive().optional(),
});

/** Logs in with an access token as Google and Microsoft describe it (SASL XOAUTH2). */
export function xoauth2(token: string): SMTPConnectionCustomAuthHandler {
  return async ({ auth, sendCommand, resolve, reject }) => {
    const said = Buffer.from(`user=${auth.user}\u0001auth=Bearer ${token}\u0001\u0001`).toString("base64");
    const first = await sendCommand(`AUTH XOAUTH2 ${said}`);
    // a refusal comes as a challenge, which an empty line answers
    const last = first.status === 334 ? await sendCommand("") : first;
    if (last.status === 235) resolve();
    else reject(last.text || "the token was refused");
  };
}

/** Gives access tokens, got by the refresh token when there is none that lasts. Rejects as `callHttp` does. */
export function tokenSource(
  { clientId, clientSecret, refreshToken, tokenUrl }: NonNullable<EmailConfig["oauth2"]>,
  context: AdapterContext,
): (signal: AbortSignal) => Promise<string> {
  let kept = { token: "", untilMs: 0 };
  return async (signal) => {
    const nowMs = context.clock.now();
    if (nowMs < kept.untilMs) return kept.token;
    const body = new URLSearchParams({
      grant_type: "refresh_token",
      client_id: clientId,
      client_secret: clientSecret,
      refresh_token: refreshToken,
    }).toString();
    const headers = { "content-type": "application/x-www-form-urlencoded", accept: "application/json" };
    const reply = await callHttp({ url: tokenUrl, headers, body }, context, { doing, signal }).catch(
      asUnauthorized,
    );
    const { access_token: token, expires_in: seconds = 0 } = tokenIn(reply.body);
    kept = { token, untilMs: nowMs + seconds * 1000 - spareMs };
    return token;
  };
}

/** A refresh token that holds no longer is answered with 400 (RFC 6749, 5.2). */
function asUnauthorized(error: unknown): never {
  if (!(error instanceof FleetError) || error.details["status"] !== 400) throw error;
  throw new FleetError("unauthorized", error.message, { cause: error, details: error.details });
}

function tokenIn(body: string): z.output<typeof answerSchema> {
  try {
    return answerSchema.parse(JSON.parse(body));
  } catch (error) {
    throw new FleetError("failed", `${doing}: the answer holds no access_token`, { cause: error });
  }
}
