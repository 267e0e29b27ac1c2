import { urlParts, wrongUrl } from "../http/url-parts.ts";

const form = "gotify://host[/path]/token";

/** `gotify://host/token` over http, `gotifys://host/token` over https; a path may stand between. Throws `config`. */
export function gotifyKeys(url: URL): Readonly<Record<string, unknown>> {
  const { host, path, query } = urlParts(url);
  const token = path.at(-1);
  if (host === "" || token === undefined)
    throw wrongUrl(form, "a host or the application's token is missing");
  const scheme = url.protocol === "gotifys:" ? "https" : "http";
  return { server: `${scheme}://${[host, ...path.slice(0, -1)].join("/")}`, token, ...query };
}
