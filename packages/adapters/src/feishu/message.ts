import type { Notice, Priority } from "@fleetbus/core";

const colours: Readonly<Record<Priority, string>> = {
  ...{ low: "grey", normal: "blue", high: "orange", urgent: "red" },
};

/** A notice as a card whose head's colour says its priority. */
export function messageOf(notice: Notice): Readonly<Record<string, unknown>> {
  const { title, text, priority, isResolved, link } = notice;
  const template = isResolved ? "green" : colours[priority];
  return {
    msg_type: "interactive",
    card: {
      config: { wide_screen_mode: true },
      header: { title: { tag: "plain_text", content: title }, template },
      elements: [{ tag: "markdown", content: text }, ...(link === undefined ? [] : [buttonOf(link)])],
    },
  };
}

function buttonOf(url: string): Readonly<Record<string, unknown>> {
  const text = { tag: "plain_text", content: "More" };
  return { tag: "action", actions: [{ tag: "button", text, url, type: "default" }] };
}
