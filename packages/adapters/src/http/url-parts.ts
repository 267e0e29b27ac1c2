import { FleetError } from "@fleetbus/core";

/** A URL form in its parts, decoded. */
export interface UrlParts {
  readonly user: string;
  readonly password: string;
  /** In its own case, with the port where there is one. */
  readonly host: string;
  /** Without empty segments. */
  readonly path: readonly string[];
  readonly query: Readonly<Record<string, string>>;
}

/** Reads a URL of a scheme of an adapter's own; throws `config` for an escape that is none. */
export function urlParts(url: URL): UrlParts {
  return {
    user: decoded(url.username),
    password: decoded(url.password),
    host: decoded(url.host),
    path: url.pathname
      .split("/")
      .filter((segment) => segment !== "")
      .map(decoded),
    query: Object.fromEntries(url.searchParams),
  };
}

/** What a URL form lacks, or has too much of. */
export function wrongUrl(form: string, problem: string): FleetError {
  return new FleetError("config", `reading a URL as ${form}: ${problem}`);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    throw new FleetError("config", "reading a URL: a % that begins no escape; write %25 for the sign", {
      cause: error,
    });
  }
}
