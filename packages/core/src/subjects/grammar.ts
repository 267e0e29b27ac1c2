import type { Address } from "../names/address.ts";
import { isToken } from "../names/token.ts";
import { FleetError } from "../errors/fleet-error.ts";

/** What a subject of fleet says, once read. Wildcards never parse. */
export type ParsedSubject =
  | { readonly type: "event"; readonly from: Address; readonly kind: string }
  | { readonly type: "inbox"; readonly to: Address; readonly from: Address }
  | { readonly type: "cast"; readonly group: string; readonly from: Address }
  | { readonly type: "receipt"; readonly from: Address; readonly id: string; readonly to: Address }
  | { readonly type: "wake"; readonly to: Address; readonly rung: string }
  | { readonly type: "later" | "due"; readonly id: string }
  | { readonly type: "dead"; readonly consumer: string };

/** Parts of an address that may stay open in a filter. */
export interface AddressFilter {
  readonly machine?: string;
  readonly session?: string;
}

/** The subject grammar of one namespace (DESIGN §3): the only place that knows it. */
export interface Subjects {
  readonly ns: string;
  event(from: AddressFilter, kind?: string): string;
  inbox(to: AddressFilter, from?: AddressFilter): string;
  cast(group: string, from?: AddressFilter): string;
  receipt(from: AddressFilter, id?: string, to?: AddressFilter): string;
  wake(to: AddressFilter, rung?: string): string;
  dead(consumer?: string): string;
  later(id?: string): string;
  due(id?: string): string;
  /** Who did what: lines that a machine writes of one sort, as `reply`. */
  audit(machine?: string, sort?: string): string;
  /** Reads a subject of this namespace; throws `malformed` for any other. */
  parse(subject: string): ParsedSubject;
}

/** Builds the grammar of `ns`. A missing part becomes a wildcard. */
export function subjectsOf(ns: string): Subjects {
  if (!isToken(ns)) throw new FleetError("usage", `reading namespace "${ns}": use a-z, 0-9, - and _`);
  const root = `fleet.${ns}`;
  return {
    ns,
    event: (from, kind) => `${root}.event.${pair(from)}.${kind ?? ">"}`,
    inbox: (to, from) => `${root}.inbox.${pair(to)}.${pair(from)}`,
    cast: (group, from) => `${root}.cast.${group}.${pair(from)}`,
    receipt: (from, id, to) => `${root}.receipt.${pair(from)}.${id ?? "*"}.${pair(to)}`,
    wake: (to, rung) => `${root}.wake.${pair(to)}.${rung ?? "*"}`,
    dead: (consumer) => `${root}.dead.${consumer ?? "*"}`,
    later: (id) => `${root}.later.${id ?? "*"}`,
    due: (id) => `${root}.due.${id ?? "*"}`,
    audit: (machine, sort) => `${root}.audit.${machine ?? "*"}.${sort ?? ">"}`,
    parse: (subject) => parseSubject(ns, subject),
  };
}

function pair(filter: AddressFilter = {}): string {
  return `${filter.machine ?? "*"}.${filter.session ?? "*"}`;
}

function parseSubject(ns: string, subject: string): ParsedSubject {
  const [root, space, type, ...rest] = subject.split(".");
  const parsed = root === "fleet" && space === ns ? parseRest(type, rest) : undefined;
  if (parsed !== undefined) return parsed;
  throw new FleetError("malformed", `reading subject "${subject}": not in the grammar of namespace ${ns}`);
}

function parseRest(type: string | undefined, rest: readonly string[]): ParsedSubject | undefined {
  const [a = "", b = "", c = "", d = "", e = ""] = rest;
  const count = rest.length;
  if (type !== "dead" && !rest.every(isToken)) return undefined;
  if (type === "event" && count >= 3) return { type, from: address(a, b), kind: rest.slice(2).join(".") };
  if (type === "inbox" && count === 4) return { type, to: address(a, b), from: address(c, d) };
  if (type === "cast" && count === 3) return { type, group: a, from: address(b, c) };
  if (type === "receipt" && count === 5) return { type, from: address(a, b), id: c, to: address(d, e) };
  if (type === "wake" && count === 3) return { type, to: address(a, b), rung: c };
  if ((type === "later" || type === "due") && count === 1) return { type, id: a };
  if (type === "dead" && count === 1) return { type, consumer: a };
  return undefined;
}

function address(machine: string, session: string): Address {
  return { machine, session };
}
