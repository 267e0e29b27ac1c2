import type { Notice, Overflow, TextTraits } from "@fleetbus/core";
import { attachmentsOf } from "./attach.ts";
import { fit, type Fitted } from "./fit.ts";
import { fitPlain, sizeOf } from "./measure.ts";
import type { NoticeOptions } from "../options.ts";
import type { Sheet } from "./sheet.ts";
import { maxParts, splitText } from "./split.ts";
import { titleOf, withHeading } from "./titles.ts";

/** The notices of a sheet within a channel's limits; never none. A text that came out empty is the title. */
export function layOut(sheet: Sheet, options: NoticeOptions): readonly Notice[] {
  const traits = options.text;
  const title = titleOf(sheet, traits);
  const room = roomBelow(title, traits);
  const text = sheet.page.text(sheet.view);
  if (sizeOf(text, traits.unit) <= room) return [noticeOf(sheet, traits, { title, text })];
  const way = wayOf(options);
  const parts = way === "split" ? partsOf(sheet, traits) : [];
  if (parts.length > 1) return parts;
  const fitted = fitText(sheet, traits, room);
  const attachments = way === "attach" ? attachmentsOf(sheet, fitted.view) : [];
  return [{ ...noticeOf(sheet, traits, { title, text: fitted.rendered }), attachments }];
}

function wayOf({ text, overflow }: NoticeOptions): Overflow {
  return overflow !== undefined && text.overflow.includes(overflow) ? overflow : text.overflow[0];
}

/** What is left for the text. */
function roomBelow(title: string, traits: TextTraits): number {
  const { maxTitle, maxText, unit } = traits;
  return maxTitle > 0 || title === "" ? maxText : maxText - sizeOf(`${traits.escape(title)}\n`, unit);
}

interface Words {
  readonly title: string;
  /** Without a heading. */
  readonly text: string;
}

function noticeOf({ notice }: Sheet, traits: TextTraits, { title, text }: Words): Notice {
  const isHeading = traits.maxTitle === 0;
  const body = text !== "" || isHeading ? text : traits.escape(fitPlain(title, traits, traits.maxText));
  return {
    ...notice,
    title: isHeading ? "" : title,
    text: withHeading(body, title, traits),
    attachments: [],
  };
}

/** Cut in its variables; where a template of the user's does not fit even without them, the title stands for it. */
function fitText({ page, view, notice }: Sheet, traits: TextTraits, room: number): Fitted {
  const frame = { render: page.text, sizeOf: (text: string) => sizeOf(text, traits.unit), max: room };
  const fitted = fit(view, frame);
  if (fitted !== undefined) return fitted;
  const plain = page.plainText?.(view) ?? (page.title(view) || notice.key);
  return { rendered: traits.escape(fitPlain(plain, traits, room)), view: {} };
}

function partsOf(sheet: Sheet, traits: TextTraits): readonly Notice[] {
  const longest = numbered("", maxParts, maxParts);
  const title = titleOf(sheet, traits, longest);
  const hasNumber = traits.maxTitle === 0 || sizeOf(title + longest, traits.unit) <= traits.maxTitle;
  const texts = hasNumber ? splitText(sheet, traits, roomBelow(title + longest, traits)) : [];
  return texts.map((text, at) => {
    const number = at + 1;
    const words = { title: numbered(title, number, texts.length), text };
    const id = `${sheet.notice.id}-${number}`;
    return { ...noticeOf(sheet, traits, words), id, part: { number, of: texts.length } };
  });
}

function numbered(title: string, number: number, of: number): string {
  return `${title} (${number}/${of})`;
}
