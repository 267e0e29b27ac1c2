import {
  credsAuthenticator,
  nkeyAuthenticator,
  tokenAuthenticator,
  usernamePasswordAuthenticator,
  type Authenticator,
  type ConnectionOptions,
} from "@nats-io/nats-core";

/** Who connects, in any of the ways that NATS servers know; a URL's own user and password do as well. */
export type Credentials =
  | { readonly creds: string }
  | { readonly user: string; readonly password: string }
  | { readonly token: string }
  | { readonly nkeySeed: string };

/** Files of a TLS connection, as paths. Without them a server that demands TLS is checked against the system's authorities. */
export interface TlsFiles {
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
}

/** Server URLs without what is secret in them, and the credentials they held. */
export interface Servers {
  readonly urls: readonly string[];
  readonly credentials?: Credentials;
}

/** Takes user, password or token out of server URLs: the library does not read them there. */
export function readServers(servers: string | readonly string[]): Servers {
  const urls = [servers].flat().flatMap((list) => list.split(",").map((url) => url.trim()));
  const holders = urls
    .map((url) => /^([a-z]+:\/\/)?([^/@]*)@/i.exec(url)?.[2])
    .filter((holder) => holder !== undefined);
  const bare = urls.map((url) => url.replace(/^([a-z]+:\/\/)?[^/@]*@/i, "$1"));
  const [first] = holders;
  return { urls: bare, ...(first === undefined ? {} : { credentials: credentialsIn(first) }) };
}

/** The library's options for these credentials. */
export function authentication(
  credentials: Credentials | undefined,
): Pick<ConnectionOptions, "authenticator"> {
  return credentials === undefined ? {} : { authenticator: authenticatorOf(credentials) };
}

function credentialsIn(holder: string): Credentials {
  const [user = "", password] = holder.split(":").map(decodeURIComponent);
  return password === undefined ? { token: user } : { user, password };
}

function authenticatorOf(credentials: Credentials): Authenticator {
  const bytes = (text: string) => new TextEncoder().encode(text);
  if ("creds" in credentials) return credsAuthenticator(bytes(credentials.creds));
  if ("token" in credentials) return tokenAuthenticator(credentials.token);
  if ("nkeySeed" in credentials) return nkeyAuthenticator(bytes(credentials.nkeySeed));
  return usernamePasswordAuthenticator(credentials.user, credentials.password);
}
