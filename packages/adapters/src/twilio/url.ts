import { urlParts, wrongUrl } from "../http/url-parts.ts";

const form = "twilio://account:token@from/to";

/**
 * `twilio://account:token@from/to`, or with an API key `twilio://account:secret@from/to?apikey=SK...`; numbers with or
 * without their `+`. Throws `config`.
 */
export function twilioKeys(url: URL): Readonly<Record<string, unknown>> {
  const { user, password, host, path, query } = urlParts(url);
  const [to, ...more] = path;
  if (user === "" || password === "") throw wrongUrl(form, "the account's SID or its token is missing");
  if (host === "" || to === undefined)
    throw wrongUrl(form, "the number that sends or that gets it is missing");
  if (more.length > 0) throw wrongUrl(form, "one number an adapter; write an [[adapter]] for each");
  const { apikey, longest, ...others } = query;
  return {
    ...{ account: user, secret: password, from: numbered(host), to: numbered(to) },
    ...(apikey === undefined ? {} : { key: apikey }),
    ...(longest === undefined ? {} : { longest: Number(longest) }),
    ...others,
  };
}

function numbered(text: string): string {
  return /^\d{7,15}$/.test(text) ? `+${text}` : text;
}
