import { z } from "zod";
import { isToken } from "./token.ts";

const token = z.string().refine(isToken, "not a valid name");

/** A mailbox: a session of a machine, or `me` (the human) of a machine. */
export const addressSchema = z.object({ machine: token, session: token }).readonly();

/** `<machine>/<session>`: who sends, who receives. */
export type Address = z.infer<typeof addressSchema>;

/** `lab/web`. */
export function formatAddress(address: Address): string {
  return `${address.machine}/${address.session}`;
}

/** The address in `lab/web`, or undefined if the text is none. */
export function parseAddress(text: string): Address | undefined {
  const [machine, session, ...rest] = text.split("/");
  const parsed = addressSchema.safeParse({ machine, session });
  return parsed.success && rest.length === 0 ? parsed.data : undefined;
}

/** The durable consumer of a mailbox: `lab=web` (DESIGN §3). */
export function durableOf(address: Address): string {
  return `${address.machine}=${address.session}`;
}

/** Whether two addresses name the same mailbox. */
export function isSameAddress(a: Address, b: Address): boolean {
  return a.machine === b.machine && a.session === b.session;
}
