import { z } from "zod";
import { FleetError } from "@fleetbus/core";
import { callBot, type Bot } from "../bot-api.ts";

const doing = "listening to Telegram";
/** The longest wait that leaves the host's limit of 30 s for a call room for the way there and back (50 s are possible). */
const waitSeconds = 25;
const maxUpdates = 5;
const updates = z.array(z.looseObject({ update_id: z.int() }));

/** One thing that happened to the bot; what is in it, `readUpdate` says. */
export type Update = z.output<typeof updates>[number];

/**
 * What has happened since: waits for it up to 25 s, empty where nothing did. All before `offset` is forgotten over there.
 * Rejects as `callBot` does, and with a retryable error where somebody else takes the bot's updates.
 */
export async function pollUpdates(
  bot: Bot,
  offset: number | undefined,
  signal: AbortSignal,
): Promise<readonly Update[]> {
  const asked = { offset, limit: maxUpdates, timeout: waitSeconds };
  try {
    return await getUpdates(bot, asked, signal);
  } catch (error) {
    // Several long ones are more than the host lets an answer have: nobody may stop the listening by that.
    if (error instanceof FleetError && error.code === "too_large")
      return getUpdates(bot, { ...asked, limit: 1 }, signal);
    throw error;
  }
}

/** Has all before `offset` forgotten, without a wait. */
export async function forgetUpdates(bot: Bot, offset: number, signal: AbortSignal): Promise<void> {
  await getUpdates(bot, { offset, limit: 1, timeout: 0 }, signal);
}

async function getUpdates(bot: Bot, parameters: object, signal: AbortSignal): Promise<readonly Update[]> {
  const asked = { ...parameters, allowed_updates: ["message", "callback_query"] };
  try {
    return await callBot(bot, { doing, method: "getUpdates", parameters: asked, result: updates }, signal);
  } catch (error) {
    throw error instanceof FleetError && error.details["status"] === 409 ? conflict(error) : error;
  }
}

/** It passes: the one who listened before may still be on its way out, and a webhook can be removed while fleet waits. */
function conflict({ details }: FleetError): FleetError {
  const way = /webhook is active|setWebhook/.test(String(details["answer"]))
    ? "the bot has a webhook, which gets what is said to it; remove that (deleteWebhook), or give fleet a bot of its own"
    : "somebody else listens to this bot, and one may: end that program or adapter, or give each a bot of its own";
  return new FleetError("unavailable", `${doing}: ${way}`, { details });
}
