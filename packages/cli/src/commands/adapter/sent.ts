import type { AdapterSendView, NoticeView } from "@fleetbus/core/api";
import { sanitise, sanitiseLine } from "@fleetbus/core";
import type { Context } from "../../command/context.ts";

/** What an adapter was sent, or in a dry run would have been: each notice, then the far side's answer. */
export async function printSent(context: Context, name: string, sent: AdapterSendView): Promise<void> {
  const { notices, receipt } = sent;
  if (receipt === undefined) {
    for (const notice of notices) await context.print(renderNotice(notice));
    return context.say(`${name}: nothing was sent`);
  }
  const { skipped, providerId } = receipt;
  const what = skipped ?? (providerId === undefined ? "sent" : `sent, known there as ${providerId}`);
  await context.print(`${name}  ${sanitiseLine(what)}`);
}

function renderNotice({ title, text, priority, part, attachments }: NoticeView): string {
  const of = part === undefined ? "" : `  part ${part.number} of ${part.of}`;
  const files = attachments.map((file) => `[${file.name}, ${file.mediaType}, ${file.bytes} bytes]`);
  return [`${sanitiseLine(title)}  (${priority})${of}`, sanitise(text), ...files, ""].join("\n");
}
