import type { Notice } from "@fleetbus/core";

/** The HTML form of a notice: its title, its plain text as it stands, and a table of facts. Holds no markup of anybody's. */
export function htmlOf(notice: Notice): string {
  return [
    "<!doctype html>",
    '<html><body style="font-family:sans-serif">',
    `<h3>${escapeHtml(notice.title)}</h3>`,
    `<pre style="white-space:pre-wrap;font-family:monospace">${escapeHtml(notice.text)}</pre>`,
    '<table style="color:#555;font-size:small">',
    ...factsOf(notice).map(([what, value]) => `<tr><td>${what}</td><td>${value}</td></tr>`),
    "</table>",
    "</body></html>",
    "",
  ].join("\n");
}

/** Text that stands for itself in HTML, in attributes too. */
export function escapeHtml(value: string): string {
  return value.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function factsOf({ key, priority, isResolved, part, link }: Notice): readonly (readonly [string, string])[] {
  return [
    ["About", escapeHtml(key)],
    ["Priority", priority],
    ...(isResolved ? ([["State", "over"]] as const) : []),
    ...(part === undefined ? [] : ([["Part", `${part.number} of ${part.of}`]] as const)),
    ...(link === undefined ? [] : ([["More", linkOf(link)]] as const)),
  ];
}

/** Only what a browser opens as a page becomes a link. */
function linkOf(link: string): string {
  const shown = escapeHtml(link);
  return /^https?:\/\//i.test(link) ? `<a href="${shown}">${shown}</a>` : shown;
}
