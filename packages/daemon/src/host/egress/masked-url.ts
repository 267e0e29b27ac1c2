/**
 * What may be printed of a URL: scheme, host and port. Users, paths and queries hold tokens on too many channels
 * (Telegram, Slack, Discord, Teams, a secret ntfy topic) to guess which are harmless.
 */
export function maskedUrl(url: URL): string {
  const hasMore = url.pathname.length > 1 || url.search !== "";
  return `${url.protocol}//${url.host}${hasMore ? "/…" : ""}`;
}
