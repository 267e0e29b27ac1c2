import { FleetError } from "../errors/fleet-error.ts";

const badName = /[^\x21-\x39\x3b-\x7e]/;
const badValue = /[\r\n]/;

/** Throws `usage` for a header that NATS cannot carry, so that none can begin another line. */
export function requireHeader(name: string, value: string): void {
  if (name !== "" && !badName.test(name) && !badValue.test(value)) return;
  throw new FleetError(
    "usage",
    `writing header ${JSON.stringify(name)}: its name or value cannot be one of NATS`,
  );
}
