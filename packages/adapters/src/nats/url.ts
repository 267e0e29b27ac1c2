import { urlParts, wrongUrl } from "../http/url-parts.ts";

const form = "nats://[user:password@]host[:port][/subject]";
const switches: Readonly<Record<string, boolean>> = { true: true, false: false, yes: true, no: false };

/**
 * `nats://host/subject` in clear, `tls://…` with TLS; a user alone is a token. All other keys of one word may follow as
 * `?jetstream=true&mode=structured&creds=file:/home/me/fleet.creds`; `allowPlain` holds hosts with commas. Throws `config`.
 */
export function natsKeys(url: URL): Readonly<Record<string, unknown>> {
  const { user, password, host, path, query } = urlParts(url);
  if (host === "") throw wrongUrl(form, "it names no host");
  if (path.length > 1) throw wrongUrl(form, "a subject has dots, not slashes");
  const { jetstream, allowPlain, ...others } = query;
  return {
    ...others,
    servers: [`${url.protocol}//${host}`],
    ...(path[0] === undefined ? {} : { subject: path[0] }),
    ...(jetstream === undefined ? {} : { jetstream: switches[jetstream] ?? jetstream }),
    ...(allowPlain === undefined ? {} : { allowPlain: allowPlain.split(",") }),
    ...(user === "" ? {} : password === "" ? { token: user } : { user, password }),
  };
}
