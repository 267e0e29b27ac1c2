import { FleetError } from "@fleetbus/core";

/**
 * `mailtos://user:password@host:port?to=a@example.com,b@example.com` with TLS from the first byte, `mailto://` with
 * STARTTLS. `from` where the user is no address, `tls` for another way. Throws `config` where nobody is named.
 */
export function keysOfUrl(url: URL): Readonly<Record<string, unknown>> {
  // in addresses a plus is a plus, which forms of the web take for a space
  const query = new URLSearchParams(url.search.replaceAll("+", "%2B"));
  const [user, password] = [decodeURIComponent(url.username), decodeURIComponent(url.password)];
  const to = query
    .getAll("to")
    .flatMap((list) => list.split(","))
    .map((each) => each.trim())
    .filter(Boolean);
  const from = query.get("from") ?? (user.includes("@") ? user : `${user || "fleet"}@${url.hostname}`);
  if (to.length === 0)
    throw new FleetError(
      "config",
      `reading ${url.protocol}//…: add who gets the mails, as ?to=me@example.com`,
    );
  return {
    ...{ host: url.hostname, from, to },
    tls: query.get("tls") ?? (url.protocol === "mailtos:" ? "implicit" : "starttls"),
    ...(url.port === "" ? {} : { port: Number(url.port) }),
    ...(user === "" ? {} : { user }),
    ...(password === "" ? {} : { password }),
  };
}
