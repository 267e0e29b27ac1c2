const known = /^(?:b|strong|i|em|u|ins|s|strike|del|a|code|pre|blockquote|tg-spoiler)$/;
const entity = /&(?:lt|gt|amp|quot|#\d+|#x[0-9a-f]+);/gi;

/** What the Bot API would say of HTML that it cannot read: unknown tags, tags that are not closed, a lone sign. */
export function brokenHtml(html: string): string | undefined {
  const open: string[] = [];
  for (const { 0: tag, index } of html.matchAll(/<[^>]*>?/g)) {
    const [, slash, name = ""] = /^<(\/?)([a-z-]+)(?: href="[^"<>]*")?>$/.exec(tag) ?? [];
    if (!known.test(name)) return `Unsupported start tag "${tag.slice(1, 9)}" at byte offset ${index}`;
    if (slash === "") open.push(name);
    else if (open.pop() !== name) return `Unmatched end tag at byte offset ${index}`;
  }
  return open.length === 0 ? undefined : `Can't find end tag corresponding to start tag "${open.at(-1)}"`;
}

/** The text that a reader sees. */
export function visibleText(html: string): string {
  return html
    .replace(/<[^>]*>/g, "")
    .replace(entity, (found) => ({ "&lt;": "<", "&gt;": ">", "&amp;": "&", "&quot;": '"' })[found] ?? "?");
}
