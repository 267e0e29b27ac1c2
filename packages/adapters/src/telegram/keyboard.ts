import type { Choice } from "@fleetbus/core";

/** Buttons below a message, in rows. */
export interface TelegramKeyboard {
  readonly inline_keyboard: readonly (readonly { readonly text: string; readonly callback_data: string }[])[];
}

/** A phone shows so much of each of three labels in one row. */
const maxBeside = 10;

/** A button for each choice, beside one another where all labels are short. A press sends the choice's token (64 bytes are taken). */
export function keyboardOf(choices: readonly Choice[]): TelegramKeyboard {
  const buttons = choices.map(({ label, token }) => ({ text: label, callback_data: token }));
  const isRow = choices.every(({ label }) => label.length <= maxBeside);
  return { inline_keyboard: isRow ? [buttons] : buttons.map((button) => [button]) };
}
