import { urlParts, wrongUrl } from "../http/url-parts.ts";

const form = "ntfy://[token@ or user:password@]host/topic";

/**
 * `ntfy://topic` on ntfy.sh, `ntfy://host/topic` over http, `ntfys://host/topic` over https (ntfy.sh always is), with
 * `token@` or `user:password@` before the host; `?tags=a,b` and other keys of the config behind it. Throws `config`.
 */
export function ntfyKeys(url: URL): Readonly<Record<string, unknown>> {
  const { user, password, host, path, query } = urlParts(url);
  if (path.length > 1) throw wrongUrl(form, "one topic an adapter; write an [[adapter]] for each");
  const [topic = host] = path;
  const { tags, ...others } = query;
  const server = path.length === 0 ? "ntfy.sh" : host;
  const scheme = server === "ntfy.sh" || url.protocol === "ntfys:" ? "https" : "http";
  return {
    ...{ server: `${scheme}://${server}`, topic },
    ...(user !== "" && password === "" ? { token: user } : {}),
    ...(password === "" ? {} : { username: user, password }),
    ...(tags === undefined ? {} : { tags: tags.split(",").filter((tag) => tag !== "") }),
    ...others,
  };
}
