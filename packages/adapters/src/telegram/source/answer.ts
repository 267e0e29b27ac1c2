import { z } from "zod";
import { messageOf, type FleetError, type SourceAnswer } from "@fleetbus/core";
import { withEntities } from "../../text/entities.ts";
import { callBot, type Bot } from "../bot-api.ts";
import { keyboardOf } from "../keyboard.ts";
import { telegramLimits } from "../limits.ts";
import type { Heard } from "./update.ts";

const doing = "answering in Telegram";
/** What the little window takes that answers a press. */
const maxPress = 200;
const sent = z.object({ message_id: z.int() });

/** Who is answered, and how long it is tried. */
export interface Answering {
  readonly bot: Bot;
  readonly heard: Heard;
  readonly signal: AbortSignal;
}

/**
 * Says what became of it, below what was said; the buttons of which one was used go. Resolves with the id of that message,
 * rejects as `callBot` does where it cannot be sent.
 */
export async function tellTaken(to: Answering, answer: SourceAnswer): Promise<string> {
  if (to.heard.press !== undefined) {
    await answerPress(to, { text: shortened(answer.line, maxPress) });
    await takeButtons(to);
  }
  return quote(to, answer);
}

/** Says why not: below a text, or in a window to who pressed a button. Strangers are told nothing. */
export async function tellRefused(to: Answering, { message, details }: FleetError): Promise<void> {
  if (details["isSilent"] === true) return;
  if (to.heard.press === undefined) await quote(to, { line: message });
  else await answerPress(to, { text: shortened(message, maxPress), show_alert: true });
}

async function quote(
  { bot, heard, signal }: Answering,
  { line, choices = [] }: SourceAnswer,
): Promise<string> {
  const parameters = {
    chat_id: heard.chat,
    ...(heard.thread === undefined ? {} : { message_thread_id: heard.thread }),
    ...{ text: withEntities(shortened(line, telegramLimits.maxMessage)), parse_mode: "HTML" },
    // who was heard looks at the chat already; what they said may be deleted by now
    disable_notification: true,
    reply_parameters: { message_id: heard.message, allow_sending_without_reply: true },
    ...(choices.length === 0 ? {} : { reply_markup: keyboardOf(choices) }),
    link_preview_options: { is_disabled: true },
  };
  const call = { doing, method: "sendMessage", parameters, result: sent };
  return String((await callBot(bot, call, signal)).message_id);
}

/** Ends the waiting sign of a button; a press that is too old takes no answer any more. */
async function answerPress(to: Answering, answer: object): Promise<void> {
  await attempt(to, "answerCallbackQuery", { callback_query_id: to.heard.press, ...answer });
}

/** They may be gone already. */
async function takeButtons(to: Answering): Promise<void> {
  await attempt(to, "editMessageReplyMarkup", { chat_id: to.heard.chat, message_id: to.heard.message });
}

/** What only makes the chat neater: the answer itself matters more than its failure. */
async function attempt({ bot, heard, signal }: Answering, method: string, parameters: object): Promise<void> {
  const call = { doing, method, parameters: { ...parameters }, result: z.unknown() };
  await callBot(bot, call, signal).catch((error: unknown) => {
    bot.context.log.debug({ update: heard.id, method, reason: messageOf(error) }, "not answered");
  });
}

/** Not in the middle of a sign. */
function shortened(line: string, max: number): string {
  return line.slice(0, max).replace(/[\ud800-\udbff]$/, "");
}
