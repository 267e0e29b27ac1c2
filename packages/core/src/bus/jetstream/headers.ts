import type { MsgHdrs } from "@nats-io/nats-core";
import { MsgHdrsImpl } from "@nats-io/nats-core/internal";
import { requireHeader } from "../header-rules.ts";

/** Headers for the wire. Throws `usage` for one that could begin another line. */
export function toMsgHdrs(headers: Readonly<Record<string, string>>): MsgHdrs {
  const values: Record<string, string[]> = {};
  for (const name in headers) {
    const value = headers[name] ?? "";
    requireHeader(name, value);
    values[name] = [value];
  }
  // Unlike `headers().set`, this does not look at every name again for each one.
  return MsgHdrsImpl.fromRecord(values);
}

/** Headers as the port gives them: names in lower case, of several values the first. */
export function fromMsgHdrs(headers: MsgHdrs | undefined): Readonly<Record<string, string>> {
  const record: Record<string, string> = {};
  if (headers === undefined) return record;
  for (const [name, values] of headers) record[name.toLowerCase()] ??= values[0] ?? "";
  return record;
}
