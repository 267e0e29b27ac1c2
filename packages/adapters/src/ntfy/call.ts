import type { HttpCall } from "../http/call.ts";
import type { NtfyConfig } from "./adapter.ts";

/** What a call is beside the account it is made with; `path` is below the server's root. */
export type Part = Omit<HttpCall, "url"> & { readonly path: string };

/** One call to the server, with the account's credentials. */
export function callOf({ server, ...config }: NtfyConfig, { path, headers, ...part }: Part): HttpCall {
  return {
    ...part,
    url: `${server.replace(/\/+$/, "")}/${path}`,
    headers: { ...headers, ...authorization(config) },
    secrets: Object.values(authorization(config)).flatMap((value) => [value, value.replace(/^\w+ /, "")]),
  };
}

function authorization({
  token,
  username,
  password,
}: Omit<NtfyConfig, "server">): Readonly<Record<string, string>> {
  if (token !== undefined) return { authorization: `Bearer ${token}` };
  if (username === undefined) return {};
  return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}` };
}
