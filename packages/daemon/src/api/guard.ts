import { timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

/** Why a request over loopback TCP is not served; undefined when it is (ECOSYSTEM, security convention 6). */
export function refusal(
  headers: IncomingHttpHeaders,
  token: string,
): { readonly status: 401 | 403; readonly text: string } | undefined {
  if (!isLoopbackHost(headers.host))
    return { status: 403, text: "reading a request: its Host is not this machine" };
  if (headers.origin !== undefined)
    return { status: 403, text: "reading a request: browsers have no business here" };
  if (!isToken(headers.authorization, token))
    return { status: 401, text: "reading a request: the bearer token is missing or wrong" };
  return undefined;
}

/** A page of another site that was made to point here still bears its own name (DNS rebinding). HTTP/1.0 clients send none. */
function isLoopbackHost(host: string | undefined): boolean {
  if (host === undefined) return true;
  const name = host.replace(/:\d+$/, "");
  return name === "127.0.0.1" || name === "localhost" || name === "[::1]";
}

function isToken(authorization: string | undefined, token: string): boolean {
  const given = Buffer.from(authorization ?? "");
  const wanted = Buffer.from(`Bearer ${token}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
