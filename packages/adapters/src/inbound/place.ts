/** Where it listens. */
export interface Place {
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
}

/** `127.0.0.1:8787`, `localhost:8787`, `[::1]:8787`; undefined for what is none. */
export function placeOf(text: string): Place | undefined {
  const [, bracketed, plain, digits = ""] =
    /^(?:\[([0-9a-f:.]+)\]|([^\s:[\]/@]+)):(\d{1,5})$/i.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port };
}
