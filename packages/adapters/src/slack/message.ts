import type { Notice, Priority } from "@fleetbus/core";
import { slackLimits, slackText } from "./limits.ts";
import { piecesOf } from "./pieces.ts";

/** One block of Slack's Block Kit. */
export type SlackBlock = Readonly<Record<string, unknown>>;

/** What is posted: blocks, and a line for notifications and for clients that show no blocks. */
export interface SlackMessage {
  readonly text: string;
  readonly blocks: readonly SlackBlock[];
}

const marks: Readonly<Record<Priority, string | undefined>> = {
  ...{ low: undefined, normal: undefined },
  ...{ high: ":warning: high", urgent: ":rotating_light: urgent" },
};

/** A notice as a header, its text in sections, and a context line where there is more to say. */
export function messageOf(notice: Notice): SlackMessage {
  const title = slackText.escape(notice.title);
  const context = contextOf(notice);
  return {
    text: title || notice.text,
    blocks: [
      ...(title === "" ? [] : [titleBlock(title)]),
      ...piecesOf(notice.text, slackLimits.maxSection).map(sectionOf),
      ...(context === "" ? [] : [{ type: "context", elements: [textOf(context)] }]),
    ],
  };
}

/** Entities count: a title that is too long with them is a bold line instead. */
function titleBlock(title: string): SlackBlock {
  return title.length <= slackLimits.maxHeader
    ? { type: "header", text: { type: "plain_text", text: title, emoji: false } }
    : sectionOf(`*${title}*`);
}

function sectionOf(text: string): SlackBlock {
  return { type: "section", text: textOf(text) };
}

/** Verbatim: a bare @channel, #general or address in a text stays a text. */
function textOf(text: string): SlackBlock {
  return { type: "mrkdwn", text, verbatim: true };
}

function contextOf({ isResolved, priority, link }: Notice): string {
  const mark = isResolved ? ":white_check_mark: resolved" : marks[priority];
  const more = link === undefined ? undefined : `<${linkOf(link)}|more>`;
  return [mark, more].filter((part) => part !== undefined).join(" · ");
}

function linkOf(link: string): string {
  return slackText.escape(link.replaceAll("|", "%7C").replaceAll(">", "%3E").replaceAll("<", "%3C"));
}
