import { urlParts, wrongUrl } from "../http/url-parts.ts";

const form = "discord://id/token (the two parts at the end of the webhook's URL)";

/**
 * Id and token of a webhook, or its whole URL with discord in the place of https; `?thread=` and `?username=` behind it,
 * the name also as `name@`. Throws `config`.
 */
export function discordKeys(url: URL): Readonly<Record<string, unknown>> {
  const { user, host, path, query } = urlParts(url);
  const isWhole = path[0] === "api";
  const parts = isWhole ? path.slice(2) : [host, ...path];
  if (parts.length !== 2 || (isWhole && path[1] !== "webhooks"))
    throw wrongUrl(form, `${parts.length} parts`);
  const server = isWhole ? host : "discord.com";
  return {
    ...(user === "" ? {} : { username: user }),
    ...query,
    url: `https://${server}/api/webhooks/${parts.map(encodeURIComponent).join("/")}`,
  };
}
