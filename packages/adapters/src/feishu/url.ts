import { urlParts, wrongUrl } from "../http/url-parts.ts";

const form = "feishu://token or lark://token (the last part of the bot's URL)";

/** The token of a custom bot, or its whole URL with feishu or lark in the place of https; `?secret=` behind it. Throws `config`. */
export function feishuKeys(url: URL): Readonly<Record<string, unknown>> {
  const { host, path, query } = urlParts(url);
  const isWhole = path[0] === "open-apis";
  const parts = isWhole ? path.slice(-1) : [host, ...path];
  const [token = ""] = parts;
  if (token === "" || parts.length > 1) throw wrongUrl(form, `${parts.length} parts`);
  const own = url.protocol === "lark:" ? "open.larksuite.com" : "open.feishu.cn";
  return {
    ...query,
    url: `https://${isWhole ? host : own}/open-apis/bot/v2/hook/${encodeURIComponent(token)}`,
  };
}
