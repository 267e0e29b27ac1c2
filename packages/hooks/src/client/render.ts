import { bashScript, curlScript } from "./script-text.ts";

/** The number of the hook wire (headers, answers, drop files); the client says it as `X-Fleet-Version`. */
export const hookProtocol = 1;

/** The client's file name: what settings point at, and how the installer knows its own handlers. */
export const clientName = "fleet-hook";

/** What is written into a client when it is rendered: absolute paths, so that it needs no environment. */
export interface ClientPlaces {
  /** The daemon's endpoint file. */
  readonly endpointFile: string;
  /** Where it leaves what no daemon took. */
  readonly dropDir: string;
  /** A bash of 4.2 or later; without one the client is for sh with curl. */
  readonly bash?: string | undefined;
}

/** The text of the hook client. The same places give the same text. */
export function renderClient(places: ClientPlaces): string {
  const values: Readonly<Record<string, string>> = {
    shell: places.bash ?? "/bin/sh",
    version: String(hookProtocol),
    protocol: String(hookProtocol),
    endpoint: quote(places.endpointFile),
    drop: quote(places.dropDir),
  };
  const script = places.bash === undefined ? curlScript : bashScript;
  return script.replace(/@([a-z]+)@/g, (placeholder, name: string) => values[name] ?? placeholder);
}

/** One word of a POSIX shell. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
