import type { Notice, Priority } from "@fleetbus/core";
import { withEntities } from "../text/entities.ts";
import { keyboardOf, type TelegramKeyboard } from "./keyboard.ts";

/** What a message and a file have in common, in the Bot API's words. */
export interface TelegramEnvelope {
  readonly chat_id: string;
  readonly message_thread_id?: number;
  readonly disable_notification: boolean;
}

/** Whether a phone makes a sound. */
const sounds: Readonly<Record<Priority, boolean>> = { low: false, normal: false, high: true, urgent: true };

/** To whom, and how loud. */
export function envelopeOf(
  { chat, thread }: { readonly chat: string; readonly thread?: number | undefined },
  { priority, isResolved }: Notice,
): TelegramEnvelope {
  return {
    chat_id: chat,
    ...(thread === undefined ? {} : { message_thread_id: thread }),
    disable_notification: isResolved || !sounds[priority],
  };
}

/** What a notice can be answered with at one touch; its free text needs no token here, quoting does it. */
export function buttonsOf({ reply }: Notice): { readonly reply_markup?: TelegramKeyboard } {
  const { choices = [] } = reply ?? {};
  return choices.length === 0 ? {} : { reply_markup: keyboardOf(choices) };
}

/** A notice in Telegram's HTML: its title in bold, its text, a word that leads to more. */
export function htmlOf({ title, text, link }: Notice): string {
  return [
    ...(title === "" ? [] : [`<b>${withEntities(title)}</b>`]),
    text,
    ...(link === undefined ? [] : [`<a href="${withEntities(link).replaceAll('"', "&quot;")}">more</a>`]),
  ].join("\n");
}
