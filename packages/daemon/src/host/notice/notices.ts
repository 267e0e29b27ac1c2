import { eventPriority, sanitiseLine, type FleetEvent, type Notice } from "@fleetbus/core";
import { layOut } from "./layout/lay-out.ts";
import type { Sheet } from "./layout/sheet.ts";
import type { NoticeOptions } from "./options.ts";
import { pageOf } from "./template/page.ts";
import { isResolving, keyOf } from "./words/topic.ts";
import { viewOf } from "./words/view.ts";

/**
 * What a person is to read of an event, within the channel's limits: one notice, or several where the channel splits
 * (ids `<id>-<n>`). Pure: the same event and options give the same notices, on every try and machine. Throws `config`
 * for a template that `checkTemplates` would have told of.
 */
export function noticesOf(event: FleetEvent, options: NoticeOptions): readonly Notice[] {
  const page = pageOf(event.kind, options);
  const sheet: Sheet = {
    page,
    view: viewOf(page.names, event, options),
    fileStem: `${event.from.session}-${event.kind}`,
    notice: {
      id: event.id,
      priority: eventPriority(event),
      key: keyOf(event),
      isResolved: options.isResolved ?? isResolving(event),
      ...soundOf(event, options),
      ...(options.link === undefined ? {} : { link: options.link }),
    },
  };
  return withLog(layOut(sheet, options), options);
}

/** Beside the last part, which is the end of what the log ends with too. */
function withLog(notices: readonly Notice[], { log }: NoticeOptions): readonly Notice[] {
  const { file } = log ?? {};
  if (file === undefined) return notices;
  return notices.map((notice, at) =>
    at < notices.length - 1 ? notice : { ...notice, attachments: [file, ...notice.attachments] },
  );
}

/** A run names the sound that its user wants to hear. */
function soundOf({ data }: FleetEvent, { sound }: NoticeOptions): Pick<Notice, "sound"> {
  const own = typeof data["sound"] === "string" && data["sound"] !== "" ? sanitiseLine(data["sound"]) : sound;
  return own === undefined ? {} : { sound: own };
}
