import { urlParts, wrongUrl } from "../http/url-parts.ts";

const form = "slack://T…/B…/… (the three parts at the end of the webhook's URL)";

/** The three tokens of a webhook, or its whole URL with slack in the place of https. Throws `config`. */
export function slackKeys(url: URL): Readonly<Record<string, unknown>> {
  const { user, host, path, query } = urlParts(url);
  if (user !== "" || url.hash !== "")
    throw wrongUrl(form, "a webhook has its name and channel from Slack; leave botname@ and #channel out");
  const isWhole = path[0] === "services";
  const tokens = isWhole ? path.slice(1) : [host, ...path];
  if (tokens.length !== 3) throw wrongUrl(form, `${tokens.length} parts`);
  const server = isWhole ? host : "hooks.slack.com";
  return { ...query, url: `https://${server}/services/${tokens.map(encodeURIComponent).join("/")}` };
}
