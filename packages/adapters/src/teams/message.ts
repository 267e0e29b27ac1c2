import type { Notice, Priority } from "@fleetbus/core";
import { teamsText } from "./limits.ts";

const colours: Readonly<Record<Priority, string>> = {
  ...{ low: "default", normal: "accent", high: "warning", urgent: "attention" },
};

/** A notice as the message with a card that a workflow posts as it is. */
export function messageOf(notice: Notice): Readonly<Record<string, unknown>> {
  return {
    type: "message",
    attachments: [
      { contentType: "application/vnd.microsoft.card.adaptive", contentUrl: null, content: cardOf(notice) },
    ],
  };
}

/** Its title in the colour of its priority, its text, and a button to where more is to be seen. */
function cardOf({ title, text, link, priority, isResolved }: Notice): Readonly<Record<string, unknown>> {
  const color = isResolved ? "good" : colours[priority];
  const heading = { ...textBlock(teamsText.escape(title)), weight: "bolder", size: "medium", color };
  return {
    $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
    ...{ type: "AdaptiveCard", version: "1.4", msteams: { width: "Full" } },
    body: [...(title === "" ? [] : [heading]), textBlock(text)],
    ...(link === undefined ? {} : { actions: [{ type: "Action.OpenUrl", title: "More", url: link }] }),
  };
}

function textBlock(text: string): Readonly<Record<string, unknown>> {
  return { type: "TextBlock", text, wrap: true };
}
