import { urlParts, wrongUrl } from "../http/url-parts.ts";

const form = "pover://user@token[/device...]";

/** `pover://user@token`, with the devices as its path; `?retry=60&expire=3600` behind it. Throws `config`. */
export function pushoverKeys(url: URL): Readonly<Record<string, unknown>> {
  const { user, host, path, query } = urlParts(url);
  if (user === "" || host === "")
    throw wrongUrl(form, "the user's key or the application's token is missing");
  const { retry, expire, ...others } = query;
  return {
    ...{ user, token: host, devices: path },
    ...(retry === undefined ? {} : { retry: Number(retry) }),
    ...(expire === undefined ? {} : { expire: Number(expire) }),
    ...others,
  };
}
